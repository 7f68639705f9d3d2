import { Button, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useTranslation } from '@aic/text';
import { FilterBar } from '@aic/ui';
import type { AuditSearch } from '../search';
import { knownEvents, useNames } from './names';

interface Props {
    search: AuditSearch;
    change: (next: AuditSearch) => void;
}

const Only = ({ name, value, clear }: { name: string; value: string; clear: () => void }) => {
    const { t } = useTranslation();
    return (
        <Button size="compact-sm" variant="light" rightSection={<IconX size={14} aria-hidden />} onClick={clear} title={value}>
            {t('audit.filteredBy')} {name}: {value.length > 18 ? `${value.slice(0, 8)}…` : value}
        </Button>
    );
};

export const Filters = ({ search, change }: Props) => {
    const { t } = useTranslation();
    const names = useNames();
    const { event, outcome, q, from, to, actor, subject, ip } = search;
    const bar = { q, event, outcome };
    const kept = { from, to, actor, subject, ip };
    const events = [...new Set<string>([...knownEvents, ...(event ? [event] : [])])];
    const without = (name: keyof AuditSearch) => change({ ...bar, ...kept, [name]: undefined });
    return (
        <div className="stack audit-filters">
            <FilterBar search={t('audit.search')} values={bar}
                change={(values) => change(Object.keys(values).length ? { ...kept, ...values as AuditSearch } : {})}
                filters={[
                    { name: 'event', label: t('audit.event'), options: events.map((value) => ({ value, label: names.event(value) })) },
                    { name: 'outcome', label: t('audit.outcome'), options: (['OK', 'REFUSED', 'ERROR'] as const).map((value) => ({ value, label: t(`audit.${value}`) })) },
                ]} />
            <div className="row no-print">
                {(['from', 'to'] as const).map((name) => (
                    <TextInput key={name} type="date" label={t(`audit.${name}`)} value={search[name] ?? ''}
                        onChange={(typed) => change({ ...bar, ...kept, [name]: typed.currentTarget.value || undefined })} />
                ))}
                {actor && <Only name={t('audit.who')} value={actor} clear={() => without('actor')} />}
                {subject && <Only name={t('audit.subject')} value={subject} clear={() => without('subject')} />}
                {ip && <Only name={t('audit.address')} value={ip} clear={() => without('ip')} />}
            </div>
        </div>
    );
};
