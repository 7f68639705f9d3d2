import { Button } from '@mantine/core';
import { IconDownload, IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { api, call, downloadText, type Report } from '@aic/api';
import { formatDateTime, useTranslation } from '@aic/text';
import { ErrorState, Hash, Loading, Page, Panel } from '@aic/ui';
import { ReportView } from './ReportView';

export const AnalysisPage = () => {
    const { t } = useTranslation();
    const { id = '' } = useParams({ strict: false });
    const analysis = useQuery({ queryKey: ['analysis', id], queryFn: () => call(api.GET('/api/v1/analyses/{id}', { params: { path: { id } } })) });
    if (analysis.isPending) return <Loading />;
    if (analysis.isError) return <ErrorState error={analysis.error} retry={() => void analysis.refetch()} />;
    const data = analysis.data;
    const report = data.result as Report;
    const actions = (
        <div className="row no-print">
            <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={() => window.print()}>Print</Button>
            <Button variant="default" leftSection={<IconDownload size={16} />} onClick={() => downloadText(`analysis-${id}.json`, 'application/json', JSON.stringify(report, null, 2))}>JSON</Button>
        </div>
    );
    return (
        <Page title={data.system_name} crumbs={<><Link to="/analyses">{t('nav.analyses')}</Link><span>/</span><Link to="/systems/$id" params={{ id: data.system_id }}>{data.system_name}</Link></>}
            lead={`Fairness analysis of ${formatDateTime(data.created_at)}${data.created_by_name ? `, by ${data.created_by_name}` : ''}`} action={actions}>
            <div className="stack">
                <ReportView report={report} />
                <Panel title="The record">
                    <dl className="facts">
                        <dt>Ledger entry</dt><dd><Link to="/ledger" search={{ entry: data.ledger_entry_id }}>Open the entry that holds it</Link></dd>
                        <dt>Hash of the result</dt><dd><Hash value={data.result_hash} /></dd>
                        <dt>Hash of the data</dt><dd><Hash value={data.data_sha256} /><span className="small soft">The rows themselves were not kept.</span></dd>
                        <dt>Parameters</dt><dd><code className="mono">{JSON.stringify(data.parameters)}</code></dd>
                    </dl>
                </Panel>
            </div>
        </Page>
    );
};
