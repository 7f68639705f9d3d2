import './models.css';

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { fieldErrors } from '@aic/api';
import { useSession } from '@aic/auth';
import { CsvDrop, type Preview, PreviewTable, readPreview, type Source, whyNot } from '@aic/files';
import { TaskProgress, useTask } from '@aic/tasks';
import { formatNumber, useTranslation } from '@aic/text';
import { EmptyState, ErrorState, FormErrors, Loading, Page } from '@aic/ui';
import { useState } from 'react';
import { QualityPanel } from './parts/QualityPanel';
import { TrainForm } from './parts/TrainForm';
import { trainedModelOf, trainedQualityOf } from './read';
import type { TrainingSearch } from './search';
import { askTraining, guessOrder, type TrainOrder, whyNotTrain } from './training';

const route = getRouteApi('/models/train');

interface Chosen {
    csv: string;
    preview: Preview;
    order: TrainOrder;
}

const Crumbs = () => {
    const { t } = useTranslation();
    return <><Link to="/models">{t('models.title')}</Link><span>/</span><span>{t('models.train')}</span></>;
};

const Training = ({ id }: { id: string }) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const task = useTask(id);
    const another = <Button variant="default" component={Link} to="/models/train">{t('train.another')}</Button>;
    if (task.isPending) return <Loading />;
    if (task.isError) return <ErrorState error={task.error} retry={() => void task.refetch()} />;
    const model = trainedModelOf(task.data.result);
    const quality = trainedQualityOf(task.data.result);
    const isDone = task.data.status === 'SUCCEEDED';
    const actions = isDone ? (
        <div className="row">
            {another}
            {model && <Button variant="default" component={Link} to={`/models/${model}`}>{t('train.openModel')}</Button>}
            {model && <Button component={Link} to={`/explain?model_id=${model}`}>{t('train.explainIt')}</Button>}
        </div>
    ) : undefined;
    return (
        <Page title={isDone ? t('train.done') : t('train.working')} crumbs={<Crumbs />} action={actions}>
            <div className="stack">
                <TaskProgress task={task.data} mayCancel={can('run_analysis')} again={another} />
                {isDone && quality && <QualityPanel quality={quality} title={t('train.qualityTitle')} />}
            </div>
        </Page>
    );
};

const NewTraining = () => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const [chosen, setChosen] = useState<Chosen | null>(null);
    const [problem, setProblem] = useState<string | null>(null);
    const ask = useMutation({
        mutationFn: ({ order, csv }: Chosen) => askTraining(order, csv),
        onSuccess: (task) => navigate({ to: '/models/train', search: { task } }),
    });
    const take = ({ name, text }: Source) => {
        const preview = readPreview(text);
        const reason = whyNot(preview, t('train.larger'));
        setProblem(reason && t('file.fault', { name, reason }));
        if (!reason) setChosen({ csv: text, preview, order: guessOrder(preview, name) });
    };
    if (!chosen) {
        return (
            <Page title={t('train.title')} crumbs={<Crumbs />} lead={t('train.lead')}>
                <CsvDrop title={t('train.drop')} help={t('train.help')} limits={t('train.limits')} larger={t('train.larger')} withExamples take={take} refuse={setProblem} problem={problem} />
            </Page>
        );
    }
    const { preview, order } = chosen;
    const reason = whyNotTrain(order, preview);
    return (
        <Page title={t('train.title')} crumbs={<Crumbs />} lead={t('analyses.guessedLead', { rows: formatNumber(preview.total), columns: formatNumber(preview.columns.length) })}
            action={<Button variant="default" disabled={ask.isPending} onClick={() => { setChosen(null); ask.reset(); }}>{t('analyses.anotherFile')}</Button>}>
            <form className="stack" onSubmit={(event) => { event.preventDefault(); ask.mutate(chosen); }}>
                <FormErrors error={ask.error} />
                <PreviewTable preview={preview} />
                <TrainForm preview={preview} order={order} change={(next) => setChosen({ ...chosen, order: next })} wrong={fieldErrors(ask.error)} />
                <div className="row">
                    <Button type="submit" size="md" disabled={reason !== null || order.name.trim() === ''} loading={ask.isPending}>{t('train.submit')}</Button>
                    <span className="soft small">{reason ?? t('train.nothingKept')}</span>
                </div>
            </form>
        </Page>
    );
};

export const TrainPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const { task }: TrainingSearch = route.useSearch();
    if (task) return <Training key={task} id={task} />;
    if (!can('manage_models')) return <Page title={t('train.title')} crumbs={<Crumbs />}><EmptyState title={t('models.mayNot')}>{t('models.mayNotText')}</EmptyState></Page>;
    return <NewTraining />;
};
