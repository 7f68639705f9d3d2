import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { downloadText } from '@aic/api';
import { useTranslation } from '@aic/text';
import { ErrorState } from '@aic/ui';
import type { AuditSearch } from '../search';
import { type AuditSource, exportFile, type FileKind } from '../source';

const files = { csv: ['audit-log.csv', 'text/csv'], ndjson: ['audit-log.ndjson', 'application/x-ndjson'] } as const;

export const useExport = (source: AuditSource, search: AuditSearch) => {
    const { t } = useTranslation();
    const save = useMutation({
        mutationFn: async (kind: FileKind) => {
            const [name, type] = files[kind];
            downloadText(name, type, await exportFile(source, search, kind));
        },
    });
    const button = (disabled: boolean) => (
        <Menu position="bottom-end" withinPortal={false}>
            <Menu.Target>
                <Button variant="default" leftSection={<IconDownload size={18} aria-hidden />} loading={save.isPending} disabled={disabled}>{t('audit.export')}</Button>
            </Menu.Target>
            <Menu.Dropdown>
                <Menu.Label>{t('audit.exportHelp')}</Menu.Label>
                <Menu.Item onClick={() => save.mutate('csv')}>{t('audit.csv')}</Menu.Item>
                <Menu.Item onClick={() => save.mutate('ndjson')}>{t('audit.ndjson')}</Menu.Item>
            </Menu.Dropdown>
        </Menu>
    );
    const failure = <div aria-live="polite">{save.isError && <ErrorState error={save.error} retry={() => save.mutate(save.variables)} />}</div>;
    return { button, failure };
};
