import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { SignInFailure } from '@aic/api';
import { formatNumber, formatRelative, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, Figure, Loading, Page, Panel } from '@aic/ui';
import { failuresQuery, overviewQuery } from './queries';

const Failures = ({ items }: { items: SignInFailure[] }) => {
    const { t } = useTranslation();
    const columns: Column<SignInFailure>[] = [
        { id: 'ip', header: t('audit.address'), cell: ({ row }) => (row.original.ip ? <Link to="/audit-log" search={{ ip: row.original.ip }} className="mono">{row.original.ip}</Link> : t('common.none')) },
        { id: 'failures', header: t('staff.failures'), cell: ({ row }) => formatNumber(row.original.failures), meta: { number: true } },
        { id: 'people', header: t('staff.accounts'), cell: ({ row }) => formatNumber(row.original.people), meta: { number: true } },
        { id: 'lockouts', header: t('staff.lockouts'), cell: ({ row }) => formatNumber(row.original.lockouts), meta: { number: true } },
        { id: 'last', header: t('staff.last'), cell: ({ row }) => formatRelative(row.original.last_at) },
    ];
    return <DataTable rows={items} columns={columns} label={t('staff.failuresTitle')} />;
};

export const OverviewPage = () => {
    const { t } = useTranslation();
    const figures = useQuery(overviewQuery);
    const failures = useQuery(failuresQuery);
    return (
        <Page title={t('staff.overview')} lead={t('staff.overviewLead')}>
            <div className="stack">
                {figures.isPending && <Loading rows={2} />}
                {figures.isError && <ErrorState error={figures.error} retry={() => void figures.refetch()} />}
                {figures.data && (
                    <div className="grid-4">
                        <Figure name={t('staff.organizations')} value={formatNumber(figures.data.organizations)} note={t('staff.peopleNote', { people: formatNumber(figures.data.people) })} />
                        <Figure name={t('staff.failuresDay')} value={formatNumber(figures.data.failed_sign_ins)}
                            note={<Anchor component={Link} to="/audit-log?event=login_failed" inherit>{t('staff.seeRows')}</Anchor>} />
                        <Figure name={t('staff.lockoutsDay')} value={formatNumber(figures.data.lockouts)}
                            note={<Anchor component={Link} to="/audit-log?event=lockout" inherit>{t('staff.seeRows')}</Anchor>} />
                        <Figure name={t('staff.unmatchedWeek')} value={formatNumber(figures.data.unmatched_events)}
                            note={<Anchor component={Link} to="/billing-events?outcome=UNMATCHED" inherit>{t('staff.seeRows')}</Anchor>} />
                    </div>
                )}
                <Panel title={t('staff.failuresTitle')}>
                    {failures.isPending && <Loading rows={3} />}
                    {failures.isError && <ErrorState error={failures.error} retry={() => void failures.refetch()} />}
                    {failures.data && (failures.data.items.length === 0
                        ? <EmptyState title={t('staff.failuresNoneTitle')}>{t('staff.failuresNone')}</EmptyState>
                        : <Failures items={failures.data.items} />)}
                </Panel>
            </div>
        </Page>
    );
};
