import { queryOptions } from '@tanstack/react-query';
import { api, call, type Task } from '@aic/api';
import { formatNumber, t } from '@aic/text';

export const isOver = ({ status }: Pick<Task, 'status'>) => status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELLED';

export const taskQuery = (id: string) =>
    queryOptions({ queryKey: ['task', id], queryFn: () => call(api.GET('/api/v1/tasks/{id}', { params: { path: { id } } })) });

export const cancelTask = (id: string) => call(api.DELETE('/api/v1/tasks/{id}', { params: { path: { id } } }));

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const statuses: readonly Task['status'][] = ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'];

/** What an event says of a task: it has fewer members than the task itself. null when it says nothing of one. */
export const readEvent = (data: string): Partial<Task> | null => {
    let said: unknown;
    try {
        said = JSON.parse(data);
    } catch {
        return null;
    }
    if (!isRecord(said)) return null;
    const status = statuses.find((known) => known === said.status);
    if (!status) return null;
    const news: Partial<Task> = { status };
    if (typeof said.progress === 'number') news.progress = said.progress;
    if (typeof said.message === 'string') news.message = said.message;
    if (typeof said.remaining_seconds === 'number') news.remaining_seconds = said.remaining_seconds;
    return news;
};

const SOON = 5;
const MINUTES_FROM = 100;

/** "about 40 seconds left"; rounded as roughly as it is known. */
export const remainingText = (seconds: number) => {
    if (seconds < SOON) return t('tasks.leftSoon');
    if (seconds < MINUTES_FROM) return t('tasks.left', { time: t('tasks.secondsLong', { count: Math.ceil(seconds / 5) * 5 }) });
    return t('tasks.left', { time: t('tasks.minutesLong', { count: Math.round(seconds / 60) }) });
};

const kinds = ['EXPLAIN', 'TRAIN', 'READ_MODEL', 'ANALYZE_DATASET', 'COUNTERFACTUAL'] as const;

/** What people call a kind of task. */
export const kindText = (kind: string) => {
    const known = kinds.find((one) => one === kind);
    if (known) return t(`tasks.kind.${known}`);
    const words = kind.replaceAll('_', ' ').toLowerCase();
    return words.charAt(0).toUpperCase() + words.slice(1);
};

export interface TaskFault {
    message: string;
    hint: string | null;
}

/** Why a task failed, and what helps. */
export const faultOf = (error: unknown): TaskFault => {
    const word = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
    if (!isRecord(error)) return { message: t('problem.noReason'), hint: null };
    return { message: word(error.message) ?? word(error.detail) ?? t('problem.noReason'), hint: word(error.hint) };
};

/** How long it took, of one that has ended. */
export const tookText = ({ started_at, finished_at }: Pick<Task, 'started_at' | 'finished_at'>) => {
    if (!started_at || !finished_at) return t('common.none');
    const ms = new Date(finished_at).getTime() - new Date(started_at).getTime();
    return ms < 1000 ? t('tasks.milliseconds', { ms: formatNumber(ms) }) : t('tasks.seconds', { seconds: formatNumber(ms / 1000, 1) });
};
