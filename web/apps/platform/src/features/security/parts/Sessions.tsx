import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { SessionItem } from '@aic/api';
import { formatDateTime, useTranslation } from '@aic/text';
import { DataTable, FormErrors, type Column } from '@aic/ui';
import { endOthers, endSession } from '../queries';

/* The first that fits: each of these also names those after it. */
const programs = [['edge', /Edg\//], ['opera', /OPR\//], ['firefox', /Firefox\//], ['chrome', /Chrome\//], ['safari', /Safari\//]] as const;
const machines = [['android', /Android/], ['iphone', /iPhone/], ['ipad', /iPad/], ['mac', /Mac OS X/], ['windows', /Windows/], ['linux', /Linux/]] as const;

/** What a person calls it: the program and what it runs on. */
const Device = ({ agent }: { agent: string | null }) => {
    const { t } = useTranslation();
    const program = programs.find(([, sign]) => sign.test(agent ?? ''));
    const machine = machines.find(([, sign]) => sign.test(agent ?? ''));
    const named = [program && t(`security.program.${program[0]}`), machine && t(`security.machine.${machine[0]}`)].filter(Boolean).join(', ');
    return <>{named || agent?.split(' ')[0] || t('security.unknown')}</>;
};

export const Sessions = ({ items }: { items: SessionItem[] }) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const after = { onSuccess: () => client.invalidateQueries({ queryKey: ['security', 'sessions'] }) };
    const end = useMutation({ mutationFn: endSession, ...after });
    const others = useMutation({ mutationFn: endOthers, ...after });
    const columns: Column<SessionItem>[] = [
        { id: 'device', header: t('security.device'), cell: ({ row }) => <><Device agent={row.original.user_agent} /> {row.original.is_current && <span className="chip" data-kind="PASS">{t('security.here')}</span>}</> },
        { id: 'address', header: t('security.address'), cell: ({ row }) => <span className="mono">{row.original.ip}</span> },
        { id: 'began', header: t('security.began'), cell: ({ row }) => formatDateTime(row.original.began_at) },
        { id: 'seen', header: t('security.seen'), cell: ({ row }) => formatDateTime(row.original.last_seen_at) },
        { id: 'end', header: '', cell: ({ row }) => !row.original.is_current && <Button size="xs" variant="default" loading={end.isPending && end.variables === row.original.id} onClick={() => end.mutate(row.original.id)}>{t('security.end')}</Button> },
    ];
    return (
        <div className="stack">
            <FormErrors error={end.error ?? others.error} />
            <DataTable rows={items} columns={columns} label={t('security.sessionsLabel')} />
            {items.length > 1 ? <div><Button variant="default" loading={others.isPending} onClick={() => others.mutate()}>{t('security.endOthers')}</Button></div> : <p className="soft small">{t('security.only')}</p>}
        </div>
    );
};
