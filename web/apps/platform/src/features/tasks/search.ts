import type { TaskItem } from '@aic/api';

export const statuses = ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const satisfies readonly TaskItem['status'][];
export const kinds = ['EXPLAIN', 'TRAIN', 'READ_MODEL', 'ANALYZE_DATASET'] as const;

/** What the address says of the list. */
export interface TasksSearch {
    status?: TaskItem['status'];
    kind?: string;
}

export const readSearch = (given: Record<string, unknown>): TasksSearch => ({
    status: statuses.find((status) => status === given.status),
    kind: kinds.find((kind) => kind === given.kind),
});

/** Where what a task made is looked at; null when it has no page of its own. */
export const placeOf = ({ kind, task_id }: Pick<TaskItem, 'kind' | 'task_id'>): string | null =>
    kind === 'EXPLAIN' ? `/explain/${task_id}` : kind === 'TRAIN' ? `/models/train?task=${task_id}` : null;
