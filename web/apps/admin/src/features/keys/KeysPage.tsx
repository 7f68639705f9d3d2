import { Anchor, Button } from '@mantine/core';
import { IconExternalLink, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { SigningKey } from '@aic/api';
import { formatDateTime, formatRelative, useTranslation } from '@aic/text';
import { type Column, DataTable, ErrorState, Hash, Loading, Page, Panel } from '@aic/ui';
import { useState } from 'react';
import { Confirm, type Deed, KeyChip } from './parts';
import { keysQuery } from './queries';

const useColumns = (mark: (key: SigningKey) => void): Column<SigningKey>[] => {
    const { t } = useTranslation();
    return [
        { id: 'kid', header: t('staff.kid'), cell: ({ row }) => <Hash value={row.original.kid} short /> },
        { id: 'state', header: t('word.status'), cell: ({ row }) => <KeyChip state={row.original.state} /> },
        { id: 'age', header: t('staff.made'), cell: ({ row }) => <span title={formatDateTime(row.original.created_at)}>{formatRelative(row.original.created_at)}</span> },
        { id: 'retired', header: t('staff.retired'), cell: ({ row }) => formatDateTime(row.original.retired_at) },
        { id: 'ends', header: t('staff.ends'), cell: ({ row }) => formatDateTime(row.original.compromised_at ?? row.original.not_after) },
        { id: 'reason', header: t('audit.reason'), cell: ({ row }) => row.original.reason ?? t('common.none') },
        {
            id: 'mark', header: '', cell: ({ row }) => row.original.state !== 'COMPROMISED' && (
                <Button size="xs" variant="default" aria-label={t('staff.markOf', { kid: row.original.kid.slice(0, 10) })} onClick={() => mark(row.original)}>{t('staff.mark')}</Button>
            ),
        },
    ];
};

export const KeysPage = () => {
    const { t } = useTranslation();
    const keys = useQuery(keysQuery);
    const [deed, setDeed] = useState<Deed | null>(null);
    const columns = useColumns((key) => setDeed({ kind: 'compromise', key }));
    const action = (
        <div className="row">
            <Button variant="default" onClick={() => setDeed({ kind: 'emergency' })}>{t('staff.deeds.emergency')}</Button>
            <Button leftSection={<IconRefresh size={18} aria-hidden />} onClick={() => setDeed({ kind: 'rotate' })}>{t('staff.deeds.rotate')}</Button>
        </div>
    );
    return (
        <Page title={t('staff.keys')} lead={t('staff.keysLead')} action={action}>
            <Panel>
                {keys.isPending && <Loading rows={3} />}
                {keys.isError && <ErrorState error={keys.error} retry={() => void keys.refetch()} />}
                {keys.data && <DataTable rows={keys.data.items} columns={columns} label={t('staff.keys')} />}
                <p className="small soft">{t('staff.jwksText')} <Anchor href="/.well-known/jwks.json" target="_blank" rel="noreferrer" underline="always" inherit>{t('staff.jwks')} <IconExternalLink size={14} aria-hidden /></Anchor></p>
            </Panel>
            {deed && <Confirm deed={deed} close={() => setDeed(null)} />}
        </Page>
    );
};
