import { MultiSelect, Select, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, call } from '@aic/api';
import { Panel } from '@aic/ui';
import { type Preview, valuesOf } from './preview';
import type { Order } from './run';

interface Props {
    preview: Preview;
    order: Order;
    change: (order: Order) => void;
    wrong: Record<string, string>;
}

const PreviewTable = ({ preview }: { preview: Preview }) => (
    <div className="table-wide" tabIndex={0} role="region" aria-label="First rows of the file">
        <table className="data">
            <thead><tr>{preview.names.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
            <tbody>{preview.rows.slice(0, 5).map((row, i) => <tr key={i}>{preview.names.map((name, j) => <td key={name} className="nowrap">{row[j]}</td>)}</tr>)}</tbody>
        </table>
    </div>
);

const SystemSelect = ({ order, change, wrong }: Pick<Props, 'order' | 'change' | 'wrong'>) => {
    const systems = useQuery({ queryKey: ['systems', 'names'], queryFn: () => call(api.GET('/api/v1/systems', { params: { query: { limit: 200, sort: 'name' } } })) });
    return (
        <Select label="Record it for a system" description="The result goes on the ledger. Leave empty to only look." clearable searchable placeholder="Only look, record nothing"
            data={(systems.data?.items ?? []).map((s) => ({ value: s.id, label: s.name }))} value={order.system_id}
            onChange={(system_id) => change({ ...order, system_id })} error={wrong.system_id} />
    );
};

export const MappingForm = ({ preview, order, change, wrong }: Props) => {
    const names = preview.names;
    const decided = order.prediction ?? order.label;
    const values = valuesOf(preview, decided);
    const pick = (key: 'label' | 'prediction' | 'score') => ({
        data: names, value: order[key], clearable: true, searchable: true, error: wrong[key], onChange: (value: string | null) => change({ ...order, [key]: value }),
    });
    return (
        <div className="stack">
            <Panel title="Which column is what?">
                <div className="grid-2">
                    <MultiSelect label="Protected groups" description="Columns whose groups are compared" required data={names} value={order.protected} searchable
                        onChange={(value) => change({ ...order, protected: value })} error={wrong.protected} />
                    <Select label="Decision" description="What the system decided (two values)" {...pick('prediction')} />
                    <Select label="Truth" description="What really happened, if you know it" {...pick('label')} />
                    <Select label="Score" description="A number from 0 to 1 behind the decision, if there is one" {...pick('score')} />
                    <Select label={`Which value of ${decided ?? 'the decision'} is good for the person?`} description="The favorable outcome: hired, approved, rated low risk"
                        data={[...new Set([...values, ...(order.favorable ? [order.favorable] : [])])]} value={order.favorable} onChange={(favorable) => change({ ...order, favorable })} error={wrong.favorable} />
                    <SystemSelect order={order} change={change} wrong={wrong} />
                    {order.protected.map((column) => (
                        <Select key={column} label={`Compare ${column} with`} description="The reference group; the largest if left empty" placeholder="The largest group" clearable
                            data={valuesOf(preview, column, 64)} value={order.reference[column] ?? null} onChange={(group) => change({ ...order, reference: { ...order.reference, [column]: group ?? '' } })} />
                    ))}
                </div>
                {order.protected.length > 1 && <Switch mt="md" checked={order.intersect} onChange={(event) => change({ ...order, intersect: event.currentTarget.checked })} label="Look at combinations too (such as women of one group)" />}
            </Panel>
            <Panel title="The first rows"><PreviewTable preview={preview} /></Panel>
        </div>
    );
};
