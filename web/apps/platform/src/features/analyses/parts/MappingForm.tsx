import { MultiSelect, NumberInput, Radio, Select, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { problemText } from '@aic/api';
import { formatNumber, formatPercent, t, useTranslation } from '@aic/text';
import { Panel } from '@aic/ui';
import type { Field } from '../check';
import { guessFavorable } from '../guess';
import { columnNamed, kindOf, type Preview } from '@aic/files';
import { systemNamesQuery } from '../queries';
import { decidedBy, type Order } from '../run';

interface Props {
    preview: Preview;
    order: Order;
    change: (order: Order) => void;
    wrong: Partial<Record<Field | 'system_id' | 'reference' | 'threshold', string>>;
}

const Groups = ({ preview, order, change, wrong }: Props) => (
    <Panel title={t('mapping.groupsTitle')}>
        <div className="stack">
            <MultiSelect label={t('mapping.groups')} description={t('mapping.groupsHelp')} required searchable
                data={preview.columns.map((column) => ({ value: column.name, label: column.name, disabled: column.more }))} value={order.protected} error={wrong.protected}
                onChange={(value) => change({ ...order, protected: value, intersect: value.length > 1 && (order.intersect || order.protected.length < 2) })} />
            {order.protected.length > 0 && (
                <div className="grid-2">
                    {order.protected.map((name) => (
                        <Select key={name} label={t('mapping.compareWith', { name })} description={t('mapping.compareHelp')} placeholder={t('mapping.largest')} clearable
                            data={[...(columnNamed(preview, name)?.values ?? [])].map(([value, rows]) => ({ value, label: t('check.countOf', { name: value, count: rows }) }))}
                            value={order.reference[name] ?? null} onChange={(group) => change({ ...order, reference: { ...order.reference, [name]: group ?? '' } })} />
                    ))}
                </div>
            )}
            {wrong.reference && <div className="form-errors small">{wrong.reference}</div>}
            {order.protected.length > 1 && (
                <Switch checked={order.intersect} onChange={(event) => change({ ...order, intersect: event.currentTarget.checked })}
                    label={t('mapping.combine')} description={t('mapping.combineHelp')} />
            )}
        </div>
    </Panel>
);

const Columns = ({ preview, order, change, wrong }: Props) => {
    const data = preview.columns.map((column) => ({ value: column.name, label: t('mapping.columnOption', { name: column.name, kind: kindOf(column) }) }));
    const set = (key: 'label' | 'prediction' | 'score', value: string | null) => {
        const next = { ...order, [key]: value };
        const decided = columnNamed(preview, decidedBy(next) ?? next.label);
        const kept = next.favorable !== null && (decided?.values.has(next.favorable) ?? ['0', '1'].includes(next.favorable));
        change({ ...next, favorable: kept ? next.favorable : decided ? guessFavorable(decided.name, [...decided.values.keys()]) : '1' });
    };
    const pick = (key: 'label' | 'prediction' | 'score') => ({
        data, value: order[key], clearable: true, searchable: true, placeholder: t('mapping.none'), error: wrong[key], onChange: (value: string | null) => set(key, value),
    });
    return (
        <Panel title={t('mapping.resultsTitle')}>
            <div className="grid-2">
                <Select label={t('word.decision')} description={t('mapping.decisionHelp')} {...pick('prediction')} />
                <Select label={t('word.truth')} description={t('mapping.truthHelp')} {...pick('label')} />
                <Select label={t('word.score')} description={t('mapping.scoreHelp')} {...pick('score')} />
                {order.score && !order.prediction && (
                    <NumberInput label={t('word.threshold')} description={t('mapping.thresholdHelp')} min={0} max={1} step={0.05} value={order.threshold} error={wrong.threshold}
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
        if (!decided) return value === '1' ? t('mapping.scoreAbove', { threshold: formatNumber(order.threshold, 2) }) : t('mapping.scoreBelow', { threshold: formatNumber(order.threshold, 2) });
        return t('mapping.valueRows', { value, count: rows, share: formatPercent(rows / preview.total, 0) });
    };
    return (
        <Panel title={t('mapping.favorableTitle')}>
            <Radio.Group label={t('mapping.favorableOf', { name: decided?.name ?? t('mapping.theDecision') })} required error={wrong.favorable} value={order.favorable ?? ''}
                description={t('mapping.favorableHelp')} onChange={(favorable) => change({ ...order, favorable })}>
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
        <Panel title={t('mapping.keepTitle')}>
            <Select label={t('mapping.keep')} clearable searchable placeholder={t('mapping.keepNot')}
                description={t('mapping.keepHelp')}
                data={items.map((system) => ({ value: system.id, label: system.name }))} value={order.system?.id ?? null}
                error={wrong.system_id ?? (systems.isError ? t('mapping.noList', { reason: problemText(systems.error) }) : undefined)}
                onChange={(id) => change({ ...order, system: items.find((item) => item.id === id) ?? null })} />
            {order.system && <p className="soft small" style={{ marginBottom: 0 }}>{t('mapping.judgedFor', { useCase: t(`useCase.${order.system.use_case}`) })}</p>}
            {!order.system && systems.data && items.length === 0 && <p className="soft small" style={{ marginBottom: 0 }}>{t('mapping.noSystems')}</p>}
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
            <summary>{t('mapping.expert')} <span className="soft small">{t('mapping.expertHelp')}</span></summary>
            <div className="grid-3">
                <NumberInput label={t('mapping.smallest')} description={t('mapping.smallestHelp')} {...number('min_group_size', 1_000_000, 1)} />
                <NumberInput label={t('mapping.bootstrap')} description={t('mapping.bootstrapHelp')} {...number('bootstrap', 10_000, 0)} />
                <NumberInput label={t('word.seed')} description={t('mapping.seedHelp')} {...number('seed', Number.MAX_SAFE_INTEGER, 0)} />
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
