import { ApiProblem, type Report } from '@aic/api';
import type { Mapping } from './guess';

export interface Order extends Mapping {
    intersect: boolean;
    system_id: string | null;
    reference: Record<string, string>;
}

export const limits = { bytes: 10_000_000, rows: 10_000, columns: 500 };

/** The query of POST /analyze with a text/csv body. */
export const orderQuery = (order: Order) => {
    const query = new URLSearchParams({ protected: order.protected.join(',') });
    if (order.label) query.set('label', order.label);
    if (order.prediction) query.set('prediction', order.prediction);
    if (order.score) query.set('score', order.score);
    if (order.favorable) query.set('favorable', order.favorable);
    if (order.intersect) query.set('intersect', 'true');
    if (order.system_id) query.set('system_id', order.system_id);
    const references = Object.entries(order.reference).filter(([column, group]) => group && order.protected.includes(column));
    if (references.length) query.set('reference', references.map(([column, group]) => `${column}=${group}`).join(','));
    return query;
};

/** Why this file cannot be sent, or null: told before the upload, in the words of the server's limits. */
export const whyTooLarge = (bytes: number, rows: number, columns: number) => {
    if (bytes > limits.bytes) return `The file has ${(bytes / 1e6).toFixed(1)} MB; the limit here is 10 MB. Use the command-line tool for larger files: aic analyze.`;
    if (rows > limits.rows) return `The file has ${rows.toLocaleString()} rows; the limit here is 10,000. Use the command-line tool for larger files: aic analyze.`;
    if (columns > limits.columns) return `The file has ${columns} columns; the limit here is 500.`;
    return null;
};

interface Call {
    body: string;
    order: Order;
    signal: AbortSignal;
    send: (request: Request) => Promise<Response>;
}

/** Raw CSV is outside of what the typed client can send, so this one call is made by hand. */
export const runAnalysis = async ({ body, order, signal, send }: Call): Promise<Report> => {
    const url = `${window.location.origin}/api/v1/analyze?${orderQuery(order).toString()}`;
    const answer = await send(new Request(url, { method: 'POST', headers: { 'Content-Type': 'text/csv' }, body, signal }));
    const json = (await answer.json()) as unknown;
    if (!answer.ok) throw new ApiProblem(json as ApiProblem['problem']);
    return json as Report;
};
