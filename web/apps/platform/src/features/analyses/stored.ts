import { api, call, type Dataset, readColumns } from '@aic/api';
import { t } from '@aic/text';
import type { ColumnSeen, Preview } from '@aic/files';
import { type FullReport, readReport } from './report';
import type { Order } from './run';

/** What the profile of a stored data set tells, as if its file had been looked at here; no row of it is. */
export const previewOf = (dataset: Dataset): Preview => ({
    columns: readColumns(dataset.columns).map((column): ColumnSeen => ({
        name: column.name,
        values: new Map(column.values.map(({ value, count }) => [value, count])),
        more: column.distinct === null || column.distinct > column.values.length,
        missing: column.missing,
        isNumber: column.type === 'number',
        least: column.min ?? Infinity,
        most: column.max ?? -Infinity,
    })),
    rows: [],
    total: dataset.rows ?? 0,
    ragged: null,
    isQuoteOpen: false,
});

export const storedOrder = (id: string, order: Order) => ({
    dataset_id: id,
    protected: order.protected,
    label: order.label,
    prediction: order.prediction,
    score: order.score,
    threshold: order.threshold,
    favorable: order.favorable,
    reference: Object.fromEntries(Object.entries(order.reference).filter(([column, group]) => group && order.protected.includes(column))),
    intersect: order.intersect && order.protected.length > 1,
    min_group_size: order.min_group_size,
    bootstrap: order.bootstrap,
    seed: order.seed,
    system_id: order.system?.id,
    use_case: order.system?.use_case,
});

const between = 500;

const pause = (signal: AbortSignal) =>
    new Promise<void>((done) => {
        const timer = setTimeout(done, between);
        signal.addEventListener('abort', () => { clearTimeout(timer); done(); }, { once: true });
    });

const messageOf = (error: unknown) => (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string' ? error.message : t('datasets.notFinished'));

/** Asks a worker and waits for it. null: the person stopped it, and the worker is told. */
export const runStored = async (id: string, order: Order, signal: AbortSignal, progress: (part: number) => void): Promise<FullReport | null> => {
    const accepted: unknown = await call(api.POST('/api/v1/analyze', { body: storedOrder(id, order) }));
    const task = typeof accepted === 'object' && accepted !== null && 'task_id' in accepted ? String(accepted.task_id) : '';
    const path = { params: { path: { id: task } } };
    for (;;) {
        await pause(signal);
        if (signal.aborted) {
            await api.DELETE('/api/v1/tasks/{id}', path);
            return null;
        }
        const seen = await call(api.GET('/api/v1/tasks/{id}', path));
        progress(seen.progress ?? 0);
        if (seen.status === 'SUCCEEDED') return readReport(seen.result);
        if (seen.status === 'FAILED' || seen.status === 'CANCELLED') throw new Error(messageOf(seen.error));
    }
};
