import { Button, Progress } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { fieldErrors, steadyFetch } from '@aic/api';
import { formatNumber, useTranslation } from '@aic/text';
import { FormErrors, Page } from '@aic/ui';
import { useRef, useState } from 'react';
import { DropZone } from './DropZone';
import { guessMapping } from './guess';
import { MappingForm } from './MappingForm';
import { type Preview, readCsv } from './preview';
import { ReportView } from './ReportView';
import { type Order, runAnalysis, whyTooLarge } from './run';
import type { AnalysesSearch } from './routes';

interface Chosen {
    name: string;
    text: string;
    preview: Preview;
}

const PREVIEW_ROWS = 2000;
const route = getRouteApi('/analyses/new');

const why = (text: string, preview: Preview) => {
    if (!preview.complete) return 'A quotation mark in this file is opened and never closed.';
    if (preview.names.length < 2 || preview.total === 0) return 'This does not look like a CSV file with a header line and rows separated by commas.';
    return whyTooLarge(new Blob([text]).size, preview.total, preview.names.length);
};

export const NewAnalysisPage = () => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const client = useQueryClient();
    const search: AnalysesSearch = route.useSearch();
    const [chosen, setChosen] = useState<Chosen | null>(null);
    const [problem, setProblem] = useState<string | null>(null);
    const [order, setOrder] = useState<Order | null>(null);
    const stop = useRef<AbortController | null>(null);
    const run = useMutation({
        mutationFn: ({ body, asked }: { body: string; asked: Order }) => {
            stop.current = new AbortController();
            return runAnalysis({ body, order: asked, signal: stop.current.signal, send: steadyFetch });
        },
        onSuccess: async (report) => {
            if (!report.analysis_id) return;
            await client.invalidateQueries();
            await navigate({ to: '/analyses/$id', params: { id: report.analysis_id } });
        },
    });
    const take = (name: string, text: string) => {
        const preview = readCsv(text, PREVIEW_ROWS);
        const reason = why(text, preview);
        setProblem(reason);
        if (reason) return;
        setChosen({ name, text, preview });
        setOrder({ ...guessMapping(preview), intersect: true, system_id: search.system_id ?? null, reference: {} });
        run.reset();
    };
    const again = () => {
        setChosen(null);
        run.reset();
    };
    const crumbs = <><Link to="/analyses">{t('nav.analyses')}</Link><span>/</span><span>New</span></>;
    if (!chosen || !order) {
        return <Page title={t('nav.newAnalysis')} crumbs={crumbs} lead="Are people of different groups treated alike? Three steps: a file, its columns, the report."><DropZone take={take} problem={problem} /></Page>;
    }
    if (run.data && !run.data.analysis_id) {
        return (
            <Page title={`Report of ${chosen.name}`} crumbs={crumbs} lead="This report is not recorded anywhere." action={<div className="row no-print"><Button variant="default" onClick={() => run.reset()}>Change columns</Button><Button onClick={again}>Another file</Button></div>}>
                <ReportView report={run.data} />
            </Page>
        );
    }
    const ready = order.protected.length > 0 && (order.prediction ?? order.label ?? order.score) !== null;
    return (
        <Page title={chosen.name} crumbs={crumbs} lead={`${formatNumber(chosen.preview.total)} rows, ${chosen.preview.names.length} columns. We guessed what the columns are; please check.`}
            action={<div className="row"><Button variant="default" onClick={again} disabled={run.isPending}>Another file</Button>
                <Button disabled={!ready} loading={run.isPending} onClick={() => run.mutate({ body: chosen.text, asked: order })}>Analyze</Button></div>}>
            <div className="stack">
                {run.isPending && <div className="row" role="status"><Progress value={100} animated style={{ flex: 1 }} aria-label="Analyzing" /><span className="small">Analyzing {formatNumber(chosen.preview.total)} rows…</span><Button size="xs" variant="subtle" onClick={() => stop.current?.abort()}>{t('common.cancel')}</Button></div>}
                <FormErrors error={run.error} />
                <MappingForm preview={chosen.preview} order={order} change={setOrder} wrong={fieldErrors(run.error)} />
            </div>
        </Page>
    );
};
