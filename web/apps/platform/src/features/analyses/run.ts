import { api, call, type System } from '@aic/api';
import type { Mapping } from './guess';
import { type FullReport, readReport } from './report';

export interface Order extends Mapping {
    threshold: number;
    intersect: boolean;
    min_group_size: number;
    bootstrap: number;
    seed: number;
    reference: Record<string, string>;
    system: Pick<System, 'id' | 'name' | 'use_case'> | null;
}

export const standardOrder = (mapping: Mapping): Order => ({
    ...mapping, threshold: 0.5, intersect: mapping.protected.length > 1, min_group_size: 30, bootstrap: 1000, seed: 1, reference: {}, system: null,
});

/** The column's values that may be favorable come from here. A score alone decides 1 or 0 by its threshold. */
export const decidedBy = (order: Order) => order.prediction ?? (order.score ? null : order.label);

const references = ({ reference, protected: columns }: Order) =>
    Object.entries(reference).filter(([column, group]) => group && columns.includes(column)).map(([column, group]) => `${column}=${group}`).join(',');

/** The query of POST /analyze with a text/csv body. What is left out is the server's standard. */
export const orderQuery = (order: Order) => ({
    protected: order.protected.join(','),
    label: order.label ?? undefined,
    prediction: order.prediction ?? undefined,
    score: order.score ?? undefined,
    threshold: order.score && !order.prediction ? order.threshold : undefined,
    favorable: order.favorable ?? undefined,
    reference: references(order) || undefined,
    intersect: (order.intersect && order.protected.length > 1) || undefined,
    min_group_size: order.min_group_size,
    bootstrap: order.bootstrap,
    seed: order.seed,
    system_id: order.system?.id,
    use_case: order.system?.use_case,
});

/** Sends the file as it is. null: the person stopped it. */
export const runAnalysis = async (csv: string, order: Order, signal: AbortSignal): Promise<FullReport | null> => {
    try {
        const answer = await call(api.POST('/api/v1/analyze', {
            params: { query: orderQuery(order) }, headers: { 'Content-Type': 'text/csv' }, body: csv, bodySerializer: (body) => body, signal,
        }));
        return readReport(answer);
    } catch (error) {
        if (signal.aborted) return null;
        throw error;
    }
};
