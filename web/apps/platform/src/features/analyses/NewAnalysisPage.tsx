import './analyses.css';

import { Button, Progress } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { fieldErrors, problemText } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatNumber, useTranslation } from '@aic/text';
import { EmptyState, FormErrors, Page } from '@aic/ui';
import { useEffect, useRef, useState } from 'react';
import { stops, warnings, whyNot } from './check';
import { mappingOf } from './guess';
import { DropZone, type Source } from './parts/DropZone';
import { MappingForm } from './parts/MappingForm';
import { PreviewTable } from './parts/PreviewTable';
import { ReportDownloads } from './parts/ReportDownloads';
import { ReportView } from './parts/ReportView';
import { Steps } from './parts/Steps';
import { type Preview, readPreview } from './preview';
import { systemQuery } from './queries';
import type { AnalysesSearch } from './routes';
import { type Order, runAnalysis, standardOrder } from './run';

interface Chosen {
    name: string;
    text: string;
    preview: Preview;
}

const route = getRouteApi('/analyses/new');

const Running = ({ rows, cancel }: { rows: number; cancel: () => void }) => {
    const { t } = useTranslation();
    return (
        <div className="running row" role="status">
            <span>Analyzing {formatNumber(rows)} rows…</span>
            <Progress value={100} animated style={{ flex: '1 1 160px' }} aria-label="Analyzing" />
            <Button size="compact-sm" variant="default" onClick={cancel}>{t('common.cancel')}</Button>
        </div>
    );
};

const Watch = ({ lines }: { lines: string[] }) =>
    lines.length === 0 ? null : (
        <div className="watch small"><strong>Good to know</strong><ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul></div>
    );

/** The three steps. Whatever goes wrong in one, the file and every choice stay. */
export const NewAnalysisPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const client = useQueryClient();
    const search: AnalysesSearch = route.useSearch();
    const [chosen, setChosen] = useState<Chosen | null>(null);
    const [problem, setProblem] = useState<string | null>(null);
    const [order, setOrder] = useState<Order | null>(null);
    const [tab, setTab] = useState<string>();
    const stop = useRef<AbortController | null>(null);
    useEffect(() => () => stop.current?.abort(), []);
    const run = useMutation({
        mutationFn: ({ body, asked }: { body: string; asked: Order }) => {
            stop.current = new AbortController();
            return runAnalysis(body, asked, stop.current.signal);
        },
        onSuccess: async (report) => {
            if (!report?.analysis_id) return;
            await navigate({ to: '/analyses/$id', params: { id: report.analysis_id } });
            await client.invalidateQueries();
        },
    });
    const crumbs = <><Link to="/analyses">{t('nav.analyses')}</Link><span>/</span><span>New</span></>;
    if (!can('run_analysis')) {
        return <Page title={t('nav.newAnalysis')} crumbs={crumbs}><EmptyState title="You may read analyses, not run them">Ask an administrator of your organization for the right "run_analysis".</EmptyState></Page>;
    }
    const take = async ({ name, text, suggested }: Source) => {
        const preview = readPreview(text);
        const reason = whyNot(preview);
        setProblem(reason && `${name}: ${reason}`);
        if (reason) return;
        const mapping = standardOrder(mappingOf(preview, suggested));
        try {
            setOrder(search.system_id ? { ...mapping, system: await client.query(systemQuery(search.system_id)) } : mapping);
        } catch (error) {
            setProblem(`The system to record it for could not be found. ${problemText(error)}`);
            return;
        }
        setChosen({ name, text, preview });
        setTab(undefined);
        run.reset();
        window.scrollTo(0, 0);
    };
    const again = () => {
        setChosen(null);
        setProblem(null);
        run.reset();
    };
    if (!chosen || !order) {
        return (
            <Page title={t('nav.newAnalysis')} crumbs={crumbs} lead="Are people of different groups treated alike? Bring a file of decisions and see.">
                <Steps at={0} />
                <DropZone take={(source) => void take(source)} refuse={setProblem} problem={problem} />
            </Page>
        );
    }
    const report = run.data?.analysis_id ? null : run.data;
    if (report) {
        const actions = (
            <div className="row no-print">
                <Button variant="default" onClick={() => run.reset()}>Change columns</Button>
                <ReportDownloads report={report} name={chosen.name} />
                <Button onClick={again}>Another file</Button>
            </div>
        );
        return (
            <Page title={chosen.name} crumbs={crumbs} lead="You are only looking: this report is not recorded anywhere. To keep it, change the columns and choose a system." action={actions}>
                <Steps at={2} />
                <ReportView report={report} tab={tab} setTab={setTab} />
            </Page>
        );
    }
    const missing = stops(order, chosen.preview);
    const ready = Object.keys(missing).length === 0;
    return (
        <Page title={chosen.name} crumbs={crumbs} action={<Button variant="default" onClick={again} disabled={run.isPending}>Another file</Button>}
            lead={`${formatNumber(chosen.preview.total)} rows, ${formatNumber(chosen.preview.columns.length)} columns. We guessed what the columns are; please check.`}>
            <Steps at={1} />
            <div className="stack">
                <FormErrors error={run.error} />
                <PreviewTable preview={chosen.preview} />
                <MappingForm preview={chosen.preview} order={order} change={setOrder} wrong={{ ...fieldErrors(run.error), ...missing }} />
                <Watch lines={ready ? warnings(order, chosen.preview) : []} />
                {run.isPending
                    ? <Running rows={chosen.preview.total} cancel={() => stop.current?.abort()} />
                    : (
                        <div className="row form-foot">
                            <Button size="md" disabled={!ready} onClick={() => run.mutate({ body: chosen.text, asked: order })}>{order.system ? 'Analyze and record' : 'Analyze'}</Button>
                            <span className="soft small">{ready ? (order.system ? `For ${order.system.name}, entered in the ledger.` : 'Nothing is recorded.') : Object.values(missing)[0]}</span>
                        </div>
                    )}
            </div>
        </Page>
    );
};
