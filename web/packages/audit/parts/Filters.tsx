import { Button, Select, TextInput } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { useTranslation } from '@aic/text';
import { type AuditSearch, filtersOf, isFiltered, outcomes } from '../search';
import type { AuditSource } from '../source';
import { Finder } from './Finder';
import { knownEvents, useNames } from './names';

interface Props {
    source: AuditSource;
    search: AuditSearch;
    /** Names of the chosen ones, where a row tells them. */
    called: { actor?: string; org?: string };
    change: (next: AuditSearch) => void;
}

const Typed = ({ label, placeholder, value, icon, change }: { label: string; placeholder?: string; value?: string; icon?: boolean; change: (value: string | undefined) => void }) => {
    const take = (typed: string) => { if (typed.trim() !== (value ?? '')) change(typed.trim() || undefined); };
    return (
        <TextInput key={value ?? ''} label={label} placeholder={placeholder} defaultValue={value ?? ''} leftSection={icon ? <IconSearch size={16} aria-hidden /> : undefined}
            onKeyDown={(event) => { if (event.key === 'Enter') take(event.currentTarget.value); }} onBlur={(event) => take(event.currentTarget.value)} />
    );
};

export const Filters = ({ source, search, called, change }: Props) => {
    const { t } = useTranslation();
    const names = useNames();
    const filters = filtersOf(search);
    const events = [...new Set<string>([...knownEvents, ...(search.event ? [search.event] : [])])]
        .map((value) => ({ value, label: names.event(value) })).sort((a, b) => a.label.localeCompare(b.label));
    const set = (part: AuditSearch) => change({ ...filters, ...part });
    const { org } = search;
    return (
        <div className="audit-filters no-print">
            <Typed label={t('audit.search')} placeholder={t('audit.searchIn')} value={search.q} icon change={(q) => set({ q })} />
            <Select label={t('audit.event')} placeholder={t('audit.any')} searchable clearable data={events} value={search.event ?? null} onChange={(event) => set({ event: event ?? undefined })} />
            <Select label={t('audit.outcome')} placeholder={t('audit.any')} clearable value={search.outcome ?? null}
                data={outcomes.map((value) => ({ value, label: t(`audit.${value}`) }))}
                onChange={(value) => set({ outcome: outcomes.find((one) => one === value) })} />
            {source.ofAll && (
                <Finder label={t('audit.organization')} placeholder={t('audit.any')} queryKey={['audit', 'organizations']} find={source.organizations}
                    value={org} name={called.org} change={(value) => set({ org: value })} />
            )}
            <Finder label={t('audit.person')} placeholder={t('audit.any')} queryKey={['audit', source.key, 'people', org ?? '']} find={(text) => source.people(text, org)}
                value={search.actor} name={called.actor} change={(actor) => set({ actor })} />
            <Typed label={t('audit.address')} value={search.ip} change={(ip) => set({ ip })} />
            {(['from', 'to'] as const).map((name) => (
                <TextInput key={name} type="date" label={t(`audit.${name}`)} value={search[name] ?? ''} onChange={(typed) => set({ [name]: typed.currentTarget.value || undefined })} />
            ))}
            {search.subject && (
                <Button variant="light" rightSection={<IconX size={14} aria-hidden />} onClick={() => set({ subject: undefined })} title={search.subject}>{t('audit.oneSubject')}</Button>
            )}
            {isFiltered(search) && <Button variant="subtle" onClick={() => change({})}>{t('audit.clear')}</Button>}
        </div>
    );
};
