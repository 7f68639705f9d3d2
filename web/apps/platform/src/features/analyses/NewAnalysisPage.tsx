import './analyses.css';

import { Button, Progress } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type Dataset, fieldErrors, problemText } from '@aic/api';
import { useSession } from '@aic/auth';
import { CsvDrop, type Preview, PreviewTable, readPreview, type Source, whyNot } from '@aic/files';
import { formatNumber, t, useTranslation } from '@aic/text';
import { EmptyState, ErrorState, FormErrors, Loading, Page } from '@aic/ui';
import { useEffect, useRef, useState } from 'react';
import { stops, warnings } from './check';
import { mappingOf } from './guess';
import { MappingForm } from './parts/MappingForm';
import { ReportDownloads } from './parts/ReportDownloads';
import { ReportView } from './parts/ReportView';
import { Steps } from './parts/Steps';
import { datasetQuery, systemQuery } from './queries';
import type { AnalysesSearch } from './routes';
import { type Order, runAnalysis, standardOrder } from './run';
import { previewOf, runStored } from './stored';

/** A file, or a stored data set. */
interface Chosen {
    name: string;
    text: string;
    dataset?: string;
    preview: Preview;
}

const storedOne = (dataset: Dataset | undefined): Chosen | null =>
    dataset?.status === 'READY' ? { name: dataset.name, text: '', dataset: dataset.id, preview: previewOf(dataset) } : null;

const route = getRouteApi('/analyses/new');

const Running = ({ rows, part, cancel }: { rows: number; part: number | null; cancel: () => void }) => {
    const { t } = useTranslation();
    return (
        <div className="running row" role="status">
            <span>{t(part === null ? 'analyses.running' : 'datasets.working', { rows: formatNumber(rows) })}</span>
            <Progress value={part === null ? 100 : Math.max(100 * part, 4)} animated style={{ flex: '1 1 160px' }} aria-label={t('analyses.runningLabel')} />
            <Button size="compact-sm" variant="default" onClick={cancel}>{t('common.cancel')}</Button>
        </div>
    );
};

const Watch = ({ lines }: { lines: string[] }) =>
    lines.length === 0 ? null : (
        <div className="watch small"><strong>{t('analyses.goodToKnow')}</strong><ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul></div>
    );

/** The three steps. Whatever goes wrong in one, the file and every choice stay. */
export const NewAnalysisPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const client = useQueryClient();
    const search: AnalysesSearch = route.useSearch();
    const [picked, setPicked] = useState<Chosen | null>(null);
    const stored = useQuery({ ...datasetQuery(search.dataset_id ?? ''), enabled: search.dataset_id !== undefined });
    const chosen = picked ?? storedOne(stored.data);
    const [part, setPart] = useState<number | null>(null);
    const [problem, setProblem] = useState<string | null>(null);
    const [asked, setOrder] = useState<Order | null>(null);
    const order = asked ?? (chosen && standardOrder(mappingOf(chosen.preview, undefined)));
    const [tab, setTab] = useState<string>();
    const stop = useRef<AbortController | null>(null);
    useEffect(() => () => stop.current?.abort(), []);
    const run = useMutation({
        mutationFn: ({ from, wanted }: { from: Chosen; wanted: Order }) => {
            stop.current = new AbortController();
            setPart(from.dataset ? 0 : null);
            return from.dataset ? runStored(from.dataset, wanted, stop.current.signal, setPart) : runAnalysis(from.text, wanted, stop.current.signal);
        },
        onSuccess: async (report) => {
            if (!report?.analysis_id) return;
            await navigate({ to: '/analyses/$id', params: { id: report.analysis_id } });
            await client.invalidateQueries();
        },
    });
    const crumbs = <><Link to="/analyses">{t('nav.analyses')}</Link><span>/</span><span>{t('common.new')}</span></>;
    if (!can('run_analysis')) {
        return <Page title={t('nav.newAnalysis')} crumbs={crumbs}><EmptyState title={t('analyses.mayNotRun')}>{t('analyses.mayNotRunText')}</EmptyState></Page>;
    }
    const take = async ({ name, text, suggested }: Source) => {
        const preview = readPreview(text);
        const reason = whyNot(preview, t('check.larger'));
        setProblem(reason && t('file.fault', { name, reason }));
        if (reason) return;
        const mapping = standardOrder(mappingOf(preview, suggested));
        try {
            setOrder(search.system_id ? { ...mapping, system: await client.query(systemQuery(search.system_id)) } : mapping);
        } catch (error) {
            setProblem(t('analyses.noSystem', { reason: problemText(error) }));
            return;
        }
        setPicked({ name, text, preview });
        setTab(undefined);
        run.reset();
        window.scrollTo(0, 0);
    };
    const again = () => {
        setPicked(null);
        setOrder(null);
        setProblem(null);
        run.reset();
        if (search.dataset_id) void navigate({ to: '/analyses/new', search: { system_id: search.system_id } });
    };
    if (search.dataset_id && !chosen) {
        return (
            <Page title={t('nav.newAnalysis')} crumbs={crumbs}>
                {stored.isPending && <Loading />}
                {stored.isError && <ErrorState error={stored.error} retry={() => void stored.refetch()} />}
                {stored.data && <EmptyState title={stored.data.name}>{t('datasets.notReady')}</EmptyState>}
            </Page>
        );
    }
    if (!chosen || !order) {
        return (
            <Page title={t('nav.newAnalysis')} crumbs={crumbs} lead={t('analyses.newLead')}>
                <Steps at={0} />
                <CsvDrop title={t('file.drop')} help={t('file.help')} limits={t('file.limits')} larger={t('check.larger')} withExamples
                    take={(source) => void take(source)} refuse={setProblem} problem={problem} />
            </Page>
        );
    }
    const report = run.data?.analysis_id ? null : run.data;
    if (report) {
        const actions = (
            <div className="row no-print">
                <Button variant="default" onClick={() => run.reset()}>{t('analyses.changeColumns')}</Button>
                <ReportDownloads report={report} name={chosen.name} />
                <Button onClick={again}>{t('analyses.anotherFile')}</Button>
            </div>
        );
        return (
            <Page title={chosen.name} crumbs={crumbs} lead={t('analyses.lookingLead')} action={actions}>
                <Steps at={2} />
                <ReportView report={report} tab={tab} setTab={setTab} />
            </Page>
        );
    }
    const missing = stops(order, chosen.preview);
    const ready = Object.keys(missing).length === 0;
    return (
        <Page title={chosen.name} crumbs={crumbs} action={<Button variant="default" onClick={again} disabled={run.isPending}>{t('analyses.anotherFile')}</Button>}
            lead={t('analyses.guessedLead', { rows: formatNumber(chosen.preview.total), columns: formatNumber(chosen.preview.columns.length) })}>
            <Steps at={1} />
            <div className="stack">
                <FormErrors error={run.error} />
                {chosen.preview.rows.length > 0 && <PreviewTable preview={chosen.preview} />}
                <MappingForm preview={chosen.preview} order={order} change={setOrder} wrong={{ ...fieldErrors(run.error), ...missing }} />
                <Watch lines={ready ? warnings(order, chosen.preview) : []} />
                {run.isPending
                    ? <Running rows={chosen.preview.total} part={part} cancel={() => stop.current?.abort()} />
                    : (
                        <div className="row form-foot">
                            <Button size="md" disabled={!ready} onClick={() => run.mutate({ from: chosen, wanted: order })}>{order.system ? t('analyses.analyzeAndRecord') : t('analyses.analyze')}</Button>
                            <span className="soft small">{ready ? (order.system ? t('analyses.forSystem', { name: order.system.name }) : t('analyses.nothingRecorded')) : Object.values(missing)[0]}</span>
                        </div>
                    )}
            </div>
        </Page>
    );
};
