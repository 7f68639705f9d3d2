import { queryOptions } from '@tanstack/react-query';
import { api, call } from '@aic/api';

/** Models that can be asked: those in use. */
export const modelsQuery = queryOptions({ queryKey: ['models', 'choice'], queryFn: () => call(api.GET('/api/v1/models', { params: { query: { active: true, limit: 200 } } })) });

export const modelQuery = (id: string) => queryOptions({ queryKey: ['model', id], queryFn: () => call(api.GET('/api/v1/models/{id}', { params: { path: { id } } })) });

export const recentQuery = queryOptions({ queryKey: ['tasks', 'explanations'], queryFn: () => call(api.GET('/api/v1/tasks', { params: { query: { kind: 'EXPLAIN', limit: 8 } } })) });

/** Keeps the explanation of one row for good; with a decision it is what the affected person is shown. */
export const keepExplanation = (task_id: string, row: number, decision_id: string | null) =>
    call(api.POST('/api/v1/explanations', { body: { task_id, row, ...(decision_id ? { decision_id } : {}) } }));
