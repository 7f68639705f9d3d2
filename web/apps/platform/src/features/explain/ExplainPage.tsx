import './explain.css';

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { Model } from '@aic/api';
import { useSession } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { EmptyState, ErrorState, FormErrors, Loading, Page } from '@aic/ui';
import { useState } from 'react';
import { type Method, methodsOf, outputOf } from './methods';
import { neededOf } from './model';
import { askExplanation, type ExplainOrder, lacking, mostRows, type Renaming, rowsIn, sentColumns } from './order';
import { type Background, MethodChoice } from './parts/MethodChoice';
import { ModelChoice } from './parts/ModelChoice';
import { Recent } from './parts/Recent';
import { type Rows, RowsChoice, whyNotRows } from './parts/RowsChoice';
import { modelQuery } from './queries';
import type { StartSearch } from './search';

const route = getRouteApi('/explain');

/** Rows and way for a model that is chosen. Whatever goes wrong, the file and every choice stay. */
const Order = ({ model }: { model: Model }) => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const client = useQueryClient();
    const [rows, setRows] = useState<Rows | null>(null);
    const [renaming, setRenaming] = useState<Renaming>({});
    const [wanted, setWanted] = useState<Method | null>(null);
    const [interactions, setInteractions] = useState(false);
    const [background, setBackground] = useState<Background | null>(null);
    const ask = useMutation({
        mutationFn: (order: ExplainOrder) => askExplanation(order),
        onSuccess: async (id) => {
            await navigate({ to: '/explain/$id', params: { id } });
            await client.invalidateQueries({ queryKey: ['tasks'] });
        },
    });
    const needed = neededOf(model);
    const choose = <RowsChoice needed={needed} rows={rows} setRows={(next) => { setRows(next); ask.reset(); }} renaming={renaming} rename={setRenaming} />;
    if (!rows) return choose;
    const count = rowsIn(rows.columns);
    const offered = methodsOf(model, count);
    const method = offered.find((one) => one === wanted) ?? offered[0] ?? 'auto';
    const most = Math.min(count, mostRows(method, interactions && method === 'tree-path'));
    const isReady = lacking(needed, rows.columns, renaming).length === 0 && whyNotRows(needed, rows.columns, renaming) === null;
    const run = () => ask.mutate({
        model_id: model.id, method, output: outputOf(method, model), interactions, columns: sentColumns(needed, rows.columns, renaming), background: background && sentColumns(needed, background.columns, renaming),
    });
    return (
        <>
            {choose}
            <MethodChoice offered={offered} method={method} setMethod={setWanted} interactions={interactions} setInteractions={setInteractions} background={background} setBackground={setBackground} />
            <FormErrors error={ask.error} />
            <div className="row">
                <Button size="md" disabled={!isReady} loading={ask.isPending} onClick={run}>{t('explain.runRows', { count: most })}</Button>
                {most < count && <span className="soft small">{t('explain.sampledRows', { most })}</span>}
            </div>
        </>
    );
};

const Chosen = ({ id }: { id: string }) => {
    const model = useQuery(modelQuery(id));
    if (model.isPending) return <Loading rows={4} />;
    if (model.isError) return <ErrorState error={model.error} retry={() => void model.refetch()} />;
    return <Order key={id} model={model.data} />;
};

export const ExplainPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const { model_id }: StartSearch = route.useSearch();
    return (
        <Page title={t('explain.title')} lead={t('explain.lead')}>
            <div className="explain-start">
                <div className="stack">
                    {can('run_analysis') ? (
                        <>
                            <ModelChoice value={model_id} change={(id) => void navigate({ to: '/explain', search: { model_id: id }, replace: true })} />
                            {model_id && <Chosen id={model_id} />}
                        </>
                    ) : <section className="panel"><EmptyState title={t('explain.mayNot')}>{t('explain.mayNotText')}</EmptyState></section>}
                </div>
                <Recent />
            </div>
        </Page>
    );
};
