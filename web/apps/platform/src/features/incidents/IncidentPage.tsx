import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { Incident } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDate, formatDateTime, useTranslation } from '@aic/text';
import { ErrorState, Hash, Loading, Page, Panel } from '@aic/ui';
import type { ReactNode } from 'react';
import { ChangeStatus } from './parts/ChangeStatus';
import { DueClock, SeverityChip, StateChip } from './parts/Chips';
import { Details } from './parts/Details';
import { Timeline } from './parts/Timeline';
import { Write } from './parts/Write';
import { incidentQuery } from './queries';

const Facts = ({ incident }: { incident: Incident }) => {
    const { t } = useTranslation();
    const isPublic = incident.source === 'CITIZEN';
    const facts: [string, ReactNode][] = [
        [t('incidents.what'), <span key="what" className="words">{incident.description}</span>],
        [t('incidents.wish'), incident.desired_outcome],
        [t('incidents.categoryName'), t(`incidents.category.${incident.category}`)],
        [t('incidents.systemName'), incident.system_id ? <Link key="system" to="/systems/$id" params={{ id: incident.system_id }}>{incident.system_name}</Link> : incident.system_name],
        [t('incidents.right'), incident.right_violated && t(`incidents.rights.${incident.right_violated}`)],
        [t('incidents.named'), incident.organization_named],
        [t('incidents.decisionReference'), incident.decision_reference],
        [t('incidents.occurred'), incident.occurred_at && formatDate(incident.occurred_at)],
        [t('incidents.sourceName'), t(`incidents.source.${incident.source}`)],
        [t('incidents.reporter'), isPublic && (incident.has_reporter_address ? t('incidents.reachable') : t('incidents.anonymous'))],
        [t('incidents.received'), formatDateTime(incident.created_at)],
        [t('incidents.due'), formatDateTime(incident.response_due_at)],
        [t('incidents.resolution'), incident.resolution_details],
        [t('incidents.rootCause'), incident.root_cause],
        [t('incidents.reply'), incident.public_reply],
        [t('incidents.reviewer'), incident.withdrawn_at ? t('incidents.withdrawn') : incident.human_reviewer_name],
        [t('word.ledgerEntry'), <Hash key="entry" value={incident.ledger_entry_id} />],
    ];
    return <dl className="facts">{facts.filter(([, value]) => Boolean(value)).map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
};

export const IncidentPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const client = useQueryClient();
    const { id = '' } = useParams({ strict: false });
    const { data: incident, isPending, isError, error, refetch } = useQuery(incidentQuery(id));
    if (isPending) return <Loading />;
    if (isError) return <ErrorState error={error} retry={() => void refetch()} />;
    const mayAct = can('resolve_incidents');
    const update = (next: Incident) => {
        client.setQueryData(incidentQuery(id).queryKey, next);
        void client.invalidateQueries({ queryKey: ['incidents', 'list'] });
    };
    return (
        <Page title={incident.title} crumbs={<><Link to="/incidents">{t('incidents.title')}</Link><span>/</span><span>{incident.reference}</span></>}
            lead={<span className="row"><StateChip status={incident.status} /><SeverityChip severity={incident.severity} />{!incident.resolved_at && <DueClock incident={incident} />}</span>}>
            <div className="grid-main">
                <div className="stack">
                    <Panel><Facts incident={incident} /></Panel>
                    <Panel title={t('incidents.timeline')}>
                        <div className="stack">
                            <Timeline incident={incident} />
                            {mayAct && incident.status !== 'CLOSED' && <Write incident={incident} update={update} />}
                        </div>
                    </Panel>
                </div>
                {mayAct && (
                    <div className="stack">
                        <Panel title={t('incidents.change')}><ChangeStatus key={incident.status} incident={incident} update={update} /></Panel>
                        <Panel title={t('incidents.edit')}><Details incident={incident} update={update} /></Panel>
                    </div>
                )}
            </div>
        </Page>
    );
};
