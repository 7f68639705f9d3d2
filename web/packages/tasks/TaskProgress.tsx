import './tasks.css';

import { Button, Progress } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { problemText, type Task } from '@aic/api';
import { useTranslation } from '@aic/text';
import type { ReactNode } from 'react';
import { cancelTask, faultOf, isOver, kindText, remainingText, taskQuery } from './task';

/** A button that ends a task at once; nothing of it is kept. */
export const CancelTask = ({ task, compact = false }: { task: Pick<Task, 'task_id' | 'kind'>; compact?: boolean }) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const cancel = useMutation({
        mutationFn: () => cancelTask(task.task_id),
        onSettled: () => Promise.all([client.invalidateQueries({ queryKey: taskQuery(task.task_id).queryKey }), client.invalidateQueries({ queryKey: ['tasks'] })]),
    });
    return (
        <>
            <Button size={compact ? 'compact-xs' : 'compact-sm'} variant="default" loading={cancel.isPending} aria-label={t('tasks.cancelOf', { what: kindText(task.kind) })} onClick={() => cancel.mutate()}>
                {t('tasks.cancel')}
            </Button>
            {cancel.isError && <span className="small" role="alert">{problemText(cancel.error)}</span>}
        </>
    );
};

/** What it does just now, how far it is and how long it may still take. */
export const ProgressLine = ({ task }: { task: Task }) => {
    const { t } = useTranslation();
    const doing = task.status === 'PENDING' ? t('tasks.waiting') : (task.message ?? t('tasks.working'));
    const known = task.status === 'RUNNING' && (task.progress ?? 0) > 0;
    return (
        <div className="task-line">
            <div className="row apart small">
                <span>{doing}</span>
                <span className="soft">{typeof task.remaining_seconds === 'number' && known ? remainingText(task.remaining_seconds) : ''}</span>
            </div>
            <Progress value={known ? (task.progress ?? 0) * 100 : 100} animated={!known} striped={!known} color={known ? undefined : 'gray'} aria-label={t('tasks.progressOf', { what: kindText(task.kind) })} />
        </div>
    );
};

interface Props {
    task: Task;
    mayCancel: boolean;
    /** What to do after a failure or a cancellation. */
    again?: ReactNode;
}

/** A task that is not done (yet): its progress, or why it ended otherwise. Nothing for one that succeeded. */
export const TaskProgress = ({ task, mayCancel, again }: Props) => {
    const { t } = useTranslation();
    if (task.status === 'SUCCEEDED') return null;
    if (!isOver(task)) {
        return (
            <section className="panel task-running" role="status">
                <ProgressLine task={task} />
                <div className="row apart">
                    <span className="soft small">{t('tasks.leave')}</span>
                    {mayCancel && <CancelTask task={task} />}
                </div>
            </section>
        );
    }
    const fault = faultOf(task.error);
    return (
        <section className="panel state" role={task.status === 'FAILED' ? 'alert' : 'status'}>
            <h2>{task.status === 'FAILED' ? t('tasks.failedTitle') : t('tasks.cancelledTitle')}</h2>
            <p>{task.status === 'FAILED' ? fault.message : t('tasks.cancelled')}</p>
            {task.status === 'FAILED' && fault.hint && <p>{fault.hint}</p>}
            {task.status === 'FAILED' && task.attempts > 1 && <p className="small">{t('tasks.attempts', { count: task.attempts })}</p>}
            {again}
        </section>
    );
};
