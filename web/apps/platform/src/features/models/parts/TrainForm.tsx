import { MultiSelect, NumberInput, Radio, Select, Switch, TextInput } from '@mantine/core';
import { kindOf, type Preview } from '@aic/files';
import { t, useTranslation } from '@aic/text';
import { Panel } from '@aic/ui';
import { kinds, outcomesOf, positiveOf, type TrainOrder } from '../training';

interface Props {
    preview: Preview;
    order: TrainOrder;
    change: (order: TrainOrder) => void;
    wrong: Record<string, string>;
}

const Target = ({ preview, order, change, wrong }: Props) => {
    const outcomes = outcomesOf(preview, order.target);
    const pick = (target: string | null) =>
        change({ ...order, target, positive: positiveOf(preview, target), guarded: order.guarded.filter((name) => name !== target), ignore: order.ignore.filter((name) => name !== target) });
    return (
        <div className="grid-2">
            <Select label={t('train.target')} description={t('train.targetHelp')} required searchable value={order.target} error={wrong.target} onChange={pick}
                data={preview.columns.map((column) => ({ value: column.name, label: t('mapping.columnOption', { name: column.name, kind: kindOf(column) }) }))} />
            {outcomes.length > 0 && <Select label={t('train.positive')} description={t('train.positiveHelp')} data={outcomes} value={order.positive} allowDeselect={false} error={wrong.positive} onChange={(positive) => change({ ...order, positive })} />}
        </div>
    );
};

const Columns = ({ preview, order, change, wrong }: Props) => {
    const data = preview.columns.map(({ name }) => name).filter((name) => name !== order.target);
    return (
        <div className="grid-2">
            <MultiSelect label={t('train.protected')} description={t('train.protectedHelp')} data={data} value={order.guarded} searchable error={wrong.protected_attributes} onChange={(guarded) => change({ ...order, guarded })} />
            <MultiSelect label={t('train.ignore')} description={t('train.ignoreHelp')} data={data} value={order.ignore} searchable error={wrong.ignore} onChange={(ignore) => change({ ...order, ignore })} />
        </div>
    );
};

const Expert = ({ order, change }: Pick<Props, 'order' | 'change'>) => {
    const number = (key: 'trees' | 'depth' | 'folds' | 'seed', least: number, most: number) => ({
        value: order[key], min: least, max: most, allowDecimal: false, clampBehavior: 'strict' as const,
        onChange: (value: number | string) => { if (typeof value === 'number') change({ ...order, [key]: value }); },
    });
    return (
        <details className="panel numbers">
            <summary>{t('train.expert')}</summary>
            <div className="stack" style={{ marginTop: 12 }}>
                <div className="grid-4">
                    {order.kind === 'gbdt' && <NumberInput label={t('train.trees')} {...number('trees', 1, 1000)} />}
                    {order.kind === 'gbdt' && <NumberInput label={t('train.depth')} {...number('depth', 1, 10)} />}
                    <NumberInput label={t('train.folds')} {...number('folds', 0, 20)} />
                    <NumberInput label={t('train.seed')} {...number('seed', 0, Number.MAX_SAFE_INTEGER)} />
                </div>
                <Switch label={t('train.balanced')} checked={order.balanced} onChange={(event) => change({ ...order, balanced: event.currentTarget.checked })} />
            </div>
        </details>
    );
};

export const TrainForm = (props: Props) => {
    const { t } = useTranslation();
    const { order, change, wrong } = props;
    return (
        <>
            <Panel>
                <div className="stack">
                    <Target {...props} />
                    <Radio.Group label={t('train.kind')} value={order.kind} onChange={(value) => change({ ...order, kind: kinds.find((kind) => kind === value) ?? 'gbdt' })}>
                        <div className="stack" style={{ gap: 8, marginTop: 6 }}>{kinds.map((kind) => <Radio key={kind} value={kind} label={t(`train.kindName.${kind}`)} description={t(`train.kindHelp.${kind}`)} />)}</div>
                    </Radio.Group>
                    <Columns {...props} />
                    <div className="grid-2">
                        <TextInput label={t('train.name')} required maxLength={200} value={order.name} error={wrong.name} onChange={(event) => change({ ...order, name: event.currentTarget.value })} />
                        <TextInput label={t('train.version')} maxLength={60} value={order.version} error={wrong.version} onChange={(event) => change({ ...order, version: event.currentTarget.value })} />
                    </div>
                </div>
            </Panel>
            <Expert order={order} change={change} />
        </>
    );
};
