import './analyses.css';

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { AnalysisDetail } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDateTime, useTranslation } from '@aic/text';
import { ErrorState, Loading, Page } from '@aic/ui';
import { useMemo } from 'react';
import { RecordPanel } from './parts/RecordPanel';
import { ReportDownloads } from './parts/ReportDownloads';
import { ReportView } from './parts/ReportView';
import { analysisQuery } from './queries';
import { type FullReport, readReport } from './report';
import type { ReportSearch } from './routes';

const route = getRouteApi('/analyses/$id');

/** The stored result as a report that knows where it is recorded, or the reason why it cannot be shown. */
const reportOf = (analysis: AnalysisDetail): FullReport | Error => {
    try {
        return { ...readReport(analysis.result), analysis_id: analysis.id, result_hash: analysis.result_hash, ledger_entry_id: analysis.ledger_entry_id };
    } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
    }
};

const Recorded = ({ analysis }: { analysis: AnalysisDetail }) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const search: ReportSearch = route.useSearch();
    const report = useMemo(() => reportOf(analysis), [analysis]);
    const actions = (
        <div className="row no-print">
            {!(report instanceof Error) && <ReportDownloads report={report} name={analysis.system_name} />}
            {can('run_analysis') && <Button component={Link} to={`/analyses/new?system_id=${analysis.system_id}`}>{t('nav.newAnalysis')}</Button>}
        </div>
    );
    const setTab = (tab: string) => void navigate({ to: '/analyses/$id', params: { id: analysis.id }, search: { tab }, replace: true, resetScroll: false });
    return (
        <Page title={analysis.system_name} action={actions}
            crumbs={<><Link to="/analyses">{t('nav.analyses')}</Link><span>/</span><Link to="/systems/$id" params={{ id: analysis.system_id }}>{analysis.system_name}</Link></>}
            lead={analysis.created_by_name
                ? t('analyses.recordedLeadBy', { when: formatDateTime(analysis.created_at), name: analysis.created_by_name })
                : t('analyses.recordedLead', { when: formatDateTime(analysis.created_at) })}>
            <div className="stack">
                {report instanceof Error ? <ErrorState error={report} /> : <ReportView report={report} tab={search.tab} setTab={setTab} />}
                <RecordPanel analysis={analysis} />
            </div>
        </Page>
    );
};

export const AnalysisPage = () => {
    const { id } = route.useParams();
    const analysis = useQuery(analysisQuery(id));
    if (analysis.isPending) return <Loading />;
    if (analysis.isError) return <ErrorState error={analysis.error} retry={() => void analysis.refetch()} />;
    return <Recorded analysis={analysis.data} />;
};
