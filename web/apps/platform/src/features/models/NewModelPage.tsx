import './models.css';

import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { fieldErrors } from '@aic/api';
import { useSession } from '@aic/auth';
import { FileDrop } from '@aic/files';
import { TaskProgress, useTask } from '@aic/tasks';
import { formatNumber, useTranslation } from '@aic/text';
import { EmptyState, FormErrors, Loading, Page, Panel } from '@aic/ui';
import { useEffect, useState } from 'react';
import { namedAfter, whyNoModel } from './formats';
import { DraftForm } from './parts/DraftForm';
import { Recipes } from './parts/Recipes';
import { type Draft, type Registered, registerModel } from './upload';

const firstDraft: Draft = { name: '', version: '1', system_id: null, description: '', protected_attributes: [] };

/** A large file is read by a worker: the page waits for it and then opens the model. */
const Reading = ({ registered: { id, reading } }: { registered: { id: string; reading: string } }) => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const client = useQueryClient();
    const task = useTask(reading);
    const isDone = task.data?.status === 'SUCCEEDED';
    useEffect(() => {
        if (isDone) void client.invalidateQueries({ queryKey: ['models'] }).then(() => navigate({ to: '/models/$id', params: { id } }));
    }, [isDone, id, client, navigate]);
    return (
        <Page title={t('newModel.readingTitle')} lead={t('newModel.taken')}>
            {task.data ? <TaskProgress task={task.data} mayCancel again={<Button component={Link} to={`/models/${id}`}>{t('train.openModel')}</Button>} /> : <Loading rows={2} />}
        </Page>
    );
};

export const NewModelPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const client = useQueryClient();
    const [file, setFile] = useState<File | null>(null);
    const [problem, setProblem] = useState<string | null>(null);
    const [draft, setDraft] = useState(firstDraft);
    const [reading, setReading] = useState<{ id: string; reading: string } | null>(null);
    const opened = async ({ id, reading: task }: Registered) => {
        if (task) setReading({ id, reading: task });
        else {
            await client.invalidateQueries({ queryKey: ['models'] });
            await navigate({ to: '/models/$id', params: { id } });
        }
    };
    const register = useMutation({ mutationFn: (given: File) => registerModel(draft, given), onSuccess: opened });
    const crumbs = <><Link to="/models">{t('models.title')}</Link><span>/</span><span>{t('common.new')}</span></>;
    if (!can('manage_models')) return <Page title={t('models.register')} crumbs={crumbs}><EmptyState title={t('models.mayNot')}>{t('models.mayNotText')}</EmptyState></Page>;
    if (reading) return <Reading registered={reading} />;
    const take = (given: File) => {
        const reason = whyNoModel(given);
        setProblem(reason && t('file.fault', { name: given.name, reason }));
        if (reason) return;
        setFile(given);
        setDraft((known) => (known.name ? known : { ...known, ...namedAfter(given.name) }));
        register.reset();
    };
    return (
        <Page title={t('models.register')} crumbs={crumbs} lead={t('newModel.lead')}>
            <div className="model-columns">
                {file ? (
                    <Panel title={t('newModel.file')} aside={<Button size="compact-sm" variant="default" disabled={register.isPending} onClick={() => { setFile(null); register.reset(); }}>{t('newModel.another')}</Button>}>
                        <p style={{ marginTop: 0 }}><strong>{file.name}</strong> <span className="soft small">{t('tasks.megabytes', { mb: formatNumber(file.size / 1e6, 2) })}</span></p>
                        <form className="stack" onSubmit={(event) => { event.preventDefault(); register.mutate(file); }}>
                            <FormErrors error={register.error} />
                            <DraftForm draft={draft} change={setDraft} wrong={fieldErrors(register.error)} />
                            <div className="row">
                                <Button type="submit" loading={register.isPending} disabled={draft.name.trim() === '' || draft.version.trim() === ''}>{t('newModel.submit')}</Button>
                                {register.isPending && <span className="soft small" role="status">{t('newModel.sending')}</span>}
                            </div>
                        </form>
                    </Panel>
                ) : <FileDrop title={t('newModel.drop')} help={t('newModel.dropHelp')} limits={t('newModel.limits')} label={t('newModel.dropLabel')} take={take} problem={problem} />}
                <Recipes />
            </div>
        </Page>
    );
};
