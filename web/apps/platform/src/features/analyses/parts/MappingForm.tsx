import { MultiSelect, NumberInput, Radio, Select, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { problemText } from '@aic/api';
import { formatNumber, formatPercent, useTranslation } from '@aic/text';
import { Panel } from '@aic/ui';
import type { Field } from '../check';
import { guessFavorable } from '../guess';
import { columnNamed, type Preview } from '../preview';
import { systemNamesQuery } from '../queries';
import { decidedBy, type Order } from '../run';
import { kindOf } from './PreviewTable';

interface Props {
    preview: Preview;
    order: Order;
    change: (order: Order) => void;
    wrong: Partial<Record<Field | 'system_id' | 'reference' | 'threshold', string>>;
}

const Groups = ({ preview, order, change, wrong }: Props) => (
    <Panel title="Whose treatment is compared?">
        <div className="stack">
            <MultiSelect label="Protected groups" description="The columns that say which group a person belongs to, such as sex, race or a band of age." required searchable
                data={preview.columns.map((column) => ({ value: column.name, label: column.name, disabled: column.more }))} value={order.protected} error={wrong.protected}
                onChange={(value) => change({ ...order, protected: value, intersect: value.length > 1 && (order.intersect || order.protected.length < 2) })} />
            {order.protected.length > 0 && (
                <div className="grid-2">
                    {order.protected.map((name) => (
                        <Select key={name} label={`Compare ${name} with`} description="The reference group for differences. It does not change the verdict." placeholder="The largest group" clearable
                            data={[...(columnNamed(preview, name)?.values ?? [])].map(([value, rows]) => ({ value, label: `${value} (${formatNumber(rows)})` }))}
                            value={order.reference[name] ?? null} onChange={(group) => change({ ...order, reference: { ...order.reference, [name]: group ?? '' } })} />
                    ))}
                </div>
            )}
            {wrong.reference && <div className="form-errors small">{wrong.reference}</div>}
            {order.protected.length > 1 && (
                <Switch checked={order.intersect} onChange={(event) => change({ ...order, intersect: event.currentTarget.checked })}
                    label="Look at combinations too" description="Such as women of one race: unfairness can hide where two groups meet." />
            )}
        </div>
    </Panel>
);

const Columns = ({ preview, order, change, wrong }: Props) => {
    const data = preview.columns.map((column) => ({ value: column.name, label: `${column.name} (${kindOf(column)})` }));
    const set = (key: 'label' | 'prediction' | 'score', value: string | null) => {
        const next = { ...order, [key]: value };
        const decided = columnNamed(preview, decidedBy(next) ?? next.label);
        const kept = next.favorable !== null && (decided?.values.has(next.favorable) ?? ['0', '1'].includes(next.favorable));
        change({ ...next, favorable: kept ? next.favorable : decided ? guessFavorable(decided.name, [...decided.values.keys()]) : '1' });
    };
    const pick = (key: 'label' | 'prediction' | 'score') => ({
        data, value: order[key], clearable: true, searchable: true, placeholder: 'None', error: wrong[key], onChange: (value: string | null) => set(key, value),
    });
    return (
        <Panel title="What was decided, and what was true?">
            <div className="grid-2">
                <Select label="Decision" description="What the system decided about the person." {...pick('prediction')} />
                <Select label="Truth" description="What really happened, if you know it. It shows who was wronged." {...pick('label')} />
                <Select label="Score" description="A number from 0 to 1 behind the decision, if there is one." {...pick('score')} />
                {order.score && !order.prediction && (
                    <NumberInput label="Threshold" description="A score at or above it counts as 1." min={0} max={1} step={0.05} value={order.threshold} error={wrong.threshold}
                        onChange={(value) => change({ ...order, threshold: typeof value === 'number' ? value : 0.5 })} />
                )}
            </div>
        </Panel>
    );
};

const Favorable = ({ preview, order, change, wrong }: Props) => {
    const decided = columnNamed(preview, decidedBy(order) ?? order.label);
    const values = decided ? [...decided.values] : order.score ? [['1', 0] as const, ['0', 0] as const] : [];
    if (values.length === 0) return null;
    const label = (value: string, rows: number) => {
        if (!decided) return value === '1' ? `1: a score of ${formatNumber(order.threshold, 2)} or more` : `0: a score below ${formatNumber(order.threshold, 2)}`;
        return `${value} (${formatNumber(rows)} ${rows === 1 ? 'row' : 'rows'}, ${formatPercent(rows / preview.total, 0)})`;
    };
    return (
        <Panel title="What is good for the person?">
            <Radio.Group label={`Which value of ${decided?.name ?? 'the decision'} is good for the person?`} required error={wrong.favorable} value={order.favorable ?? ''}
                description="The outcome they would want: hired, approved, rated low risk. For a file that predicts harm, such as high_risk, that is usually 0." onChange={(favorable) => change({ ...order, favorable })}>
                <div className="stack" style={{ gap: 8, marginTop: 10 }}>
                    {values.slice(0, 12).map(([value, rows]) => <Radio key={value} value={value} label={label(value, rows)} />)}
                </div>
            </Radio.Group>
        </Panel>
    );
};

const Keeping = ({ order, change, wrong }: Props) => {
    const { t } = useTranslation();
    const systems = useQuery(systemNamesQuery);
    const listed = systems.data?.items ?? [];
    const items = order.system && !listed.some((system) => system.id === order.system?.id) ? [order.system, ...listed] : listed;
    return (
        <Panel title="Keep the result?">
            <Select label="Record it for a system" clearable searchable placeholder="Only look, record nothing"
                description="The result is stored with the system and entered in the ledger, where nobody can quietly change it. The rows are not stored."
                data={items.map((system) => ({ value: system.id, label: system.name }))} value={order.system?.id ?? null}
                error={wrong.system_id ?? (systems.isError ? `The list of systems could not be loaded. ${problemText(systems.error)}` : undefined)}
                onChange={(id) => change({ ...order, system: items.find((item) => item.id === id) ?? null })} />
            {order.system && <p className="soft small" style={{ marginBottom: 0 }}>Judged by the thresholds for: {t(`useCase.${order.system.use_case}`)}.</p>}
            {!order.system && systems.data && items.length === 0 && <p className="soft small" style={{ marginBottom: 0 }}>No system is registered yet, so there is nothing to record it for. You can look all the same.</p>}
        </Panel>
    );
};

const Expert = ({ order, change }: Pick<Props, 'order' | 'change'>) => {
    const number = (key: 'min_group_size' | 'bootstrap' | 'seed', most: number, least: number) => ({
        value: order[key], min: least, max: most, allowDecimal: false, clampBehavior: 'strict' as const,
        onChange: (value: number | string) => { if (typeof value === 'number') change({ ...order, [key]: value }); },
    });
    return (
        <details className="panel numbers">
            <summary>Settings for experts <span className="soft small">(the standard ones suit most files)</span></summary>
            <div className="grid-3">
                <NumberInput label="Smallest group that is judged" description="Smaller ones are shown, not judged." {...number('min_group_size', 1_000_000, 1)} />
                <NumberInput label="Bootstrap replicates" description="For the intervals of differences and ratios; 0 for none." {...number('bootstrap', 10_000, 0)} />
                <NumberInput label="Seed" description="The same seed gives the same intervals." {...number('seed', Number.MAX_SAFE_INTEGER, 0)} />
            </div>
        </details>
    );
};

/** The second step: every guess can be changed, and each choice says what it is for. */
export const MappingForm = (props: Props) => (
    <div className="stack">
        <Groups {...props} />
        <Columns {...props} />
        <Favorable {...props} />
        <Keeping {...props} />
        <Expert order={props.order} change={props.change} />
    </div>
);
