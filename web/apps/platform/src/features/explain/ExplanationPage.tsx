import './explain.css';

import { Button, Select, Tabs } from '@mantine/core';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ApiProblem } from '@aic/api';
import { useSession } from '@aic/auth';
import { TaskProgress, useTask } from '@aic/tasks';
import { formatPercent, useTranslation } from '@aic/text';
import { EmptyState, ErrorState, Loading, Page, Panel } from '@aic/ui';
import { useMemo } from 'react';
import { DataTab } from './parts/DataTab';
import { DependenceTab } from './parts/DependenceTab';
import { Downloads } from './parts/Downloads';
import { GlobalTab } from './parts/GlobalTab';
import { PersonTab } from './parts/PersonTab';
import { type Explanation, readExplanation } from './result';
import { tabs, type ViewSearch } from './search';
import { methodText, trustText } from './words';

const route = getRouteApi('/explain/$id');

const explanationOf = (result: unknown): Explanation | Error => {
    try {
        return readExplanation(result);
    } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
    }
};

/** How far it can be trusted, and what is good to know. */
const Trust = ({ explanation }: { explanation: Explanation }) => {
    const { t } = useTranslation();
    const lines = [
        t(`explanation.unit.${explanation.output}`), trustText(explanation),
        explanation.isSurrogate ? t('explanation.surrogate', { fidelity: formatPercent(explanation.fidelity, 1) }) : '',
        explanation.guardedShare !== null && explanation.guardedShare > 0 ? t('explanation.guarded', { share: formatPercent(explanation.guardedShare, 1) }) : '', explanation.hasOwn ? '' : t('explanation.noOwn'), ...explanation.notes,
    ].filter(Boolean);
    return <Panel><ul className="small soft" style={{ margin: 0, paddingLeft: 18 }}>{lines.map((line) => <li key={line}>{line}</li>)}</ul></Panel>;
};

const Shown = ({ id, explanation, result }: { id: string; explanation: Explanation; result: unknown }) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const search: ViewSearch = route.useSearch();
    const view = (change: ViewSearch) => void navigate({ to: '/explain/$id', params: { id }, search: { ...search, ...change }, replace: true, resetScroll: false });
    const rows = explanation.explained[0]?.phi.length ?? 0;
    // The last output is the positive class; with two it is the one that people ask about.
    const output = Math.min(search.output ?? explanation.explained.length - 1, explanation.explained.length - 1);
    const explained = explanation.explained[output];
    if (!explained) return <ErrorState error={new Error(t('explanation.notExplained'))} />;
    const row = Math.min((search.row ?? 1) - 1, rows - 1);
    const tab = search.tab ?? (rows === 1 ? 'person' : 'global');
    const actions = (
        <div className="row no-print">
            <Downloads result={result} explained={explained} />
            {can('run_analysis') && <Button component={Link} to={explanation.modelId ? `/explain?model_id=${explanation.modelId}` : '/explain'}>{t('explanation.again')}</Button>}
        </div>
    );
    return (
        <Page title={explanation.modelName ?? t('explanation.title')} lead={t('explanation.lead', { count: rows, method: methodText(explanation.method) })} action={actions} crumbs={<Crumbs />}>
            <div className="stack">
                {explanation.explained.length > 1 && (
                    <Select w={260} label={t('explanation.output')} allowDeselect={false} value={String(output)} data={explanation.outputs.map((name, i) => ({ value: String(i), label: name }))} onChange={(value) => view({ output: Number(value) })} />
                )}
                <Tabs value={tab} keepMounted={false} onChange={(value) => view({ tab: tabs.find((one) => one === value) })}>
                    <Tabs.List>{tabs.map((one) => <Tabs.Tab key={one} value={one}>{t(`explanation.tab.${one}`)}</Tabs.Tab>)}</Tabs.List>
                    <Tabs.Panel value="global" pt="md"><GlobalTab explained={explained} /></Tabs.Panel>
                    <Tabs.Panel value="person" pt="md"><PersonTab taskId={id} explanation={explanation} explained={explained} row={row} isForce={search.picture === 'force'} view={view} /></Tabs.Panel>
                    <Tabs.Panel value="dependence" pt="md"><DependenceTab explanation={explanation} explained={explained} feature={search.feature} color={search.color} view={view} /></Tabs.Panel>
                    <Tabs.Panel value="data" pt="md"><DataTab explained={explained} open={(to) => view({ tab: 'person', row: to + 1 })} /></Tabs.Panel>
                </Tabs>
                <Trust explanation={explanation} />
            </div>
        </Page>
    );
};

const Crumbs = () => {
    const { t } = useTranslation();
    return <><Link to="/explain">{t('explain.title')}</Link><span>/</span><span>{t('explanation.title')}</span></>;
};

export const ExplanationPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const { id } = route.useParams();
    const task = useTask(id);
    const result = task.data?.status === 'SUCCEEDED' ? task.data.result : undefined;
    const explanation = useMemo(() => (result === undefined ? null : explanationOf(result)), [result]);
    const again = <Button component={Link} to="/explain">{t('tasks.again')}</Button>;
    if (task.isPending) return <Loading />;
    if (task.isError) {
        const isGone = task.error instanceof ApiProblem && task.error.status === 404;
        return isGone ? <EmptyState title={t('tasks.goneTitle')} action={again}>{t('tasks.gone')}</EmptyState> : <ErrorState error={task.error} retry={() => void task.refetch()} />;
    }
    if (explanation instanceof Error) return <ErrorState error={explanation} />;
    if (explanation) return <Shown id={id} explanation={explanation} result={result} />;
    return <Page title={t('explanation.running')} crumbs={<Crumbs />}><TaskProgress task={task.data} mayCancel={can('run_analysis')} again={again} /></Page>;
};
