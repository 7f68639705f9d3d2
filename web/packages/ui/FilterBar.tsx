import { Button, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useTranslation } from '@aic/text';

interface Filter {
    name: string;
    label: string;
    options: { value: string; label: string }[];
}

interface Props {
    search?: string;
    filters: Filter[];
    values: Record<string, string | undefined>;
    change: (values: Record<string, string | undefined>) => void;
}

/** Filters live in the URL: the page hands in what it says and takes the change. */
export const FilterBar = ({ search, filters, values, change }: Props) => {
    const { t } = useTranslation();
    const set = (name: string, value: string | null) => change({ ...values, [name]: value || undefined });
    return (
        <div className="row filters no-print" style={{ marginBottom: 12 }}>
            {search && (
                <TextInput aria-label={search} placeholder={search} leftSection={<IconSearch size={16} />} defaultValue={values.q ?? ''}
                    onKeyDown={(event) => { if (event.key === 'Enter') set('q', event.currentTarget.value); }}
                    onBlur={(event) => { if ((values.q ?? '') !== event.currentTarget.value) set('q', event.currentTarget.value); }} />
            )}
            {filters.map((filter) => (
                <Select key={filter.name} aria-label={filter.label} placeholder={filter.label} data={filter.options} clearable
                    value={values[filter.name] ?? null} onChange={(value) => set(filter.name, value)} w={210} />
            ))}
            {Object.values(values).some(Boolean) && <Button variant="subtle" onClick={() => change({})}>{t('common.clear')}</Button>}
        </div>
    );
};
