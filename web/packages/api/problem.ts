import { t } from '@aic/text';

/** A problem document (RFC 9457), or what is known when none came. */
export interface Problem {
    type?: string;
    title: string;
    status: number;
    detail: string;
    request_id?: string;
    /** Seconds until it is worth trying again. */
    retry_after?: number;
    errors?: { pointer: string; detail: string }[];
}

export class ApiProblem extends Error {
    constructor(readonly problem: Problem) {
        super(problem.detail);
        this.name = 'ApiProblem';
    }
    get status() {
        return this.problem.status;
    }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const readErrors = (value: unknown) =>
    Array.isArray(value)
        ? value.filter(isRecord).map((item) => ({
              pointer: typeof item.pointer === 'string' ? item.pointer : '',
              detail: typeof item.detail === 'string' ? item.detail : '',
          }))
        : [];

const readSeconds = (header: string | null) => (header && /^\d+$/.test(header) ? Number(header) : undefined);

export const readProblem = (body: unknown, status: number, headers: Headers): Problem => {
    const given = isRecord(body) ? body : {};
    const word = (name: string) => (typeof given[name] === 'string' ? given[name] : undefined);
    return {
        type: word('type'),
        title: word('title') ?? t('problem.title'),
        status,
        detail: word('detail') ?? (status === 0 ? t('problem.offline') : t('problem.noReason')),
        request_id: word('request_id') ?? headers.get('X-Request-Id') ?? undefined,
        retry_after: readSeconds(headers.get('Retry-After')),
        errors: readErrors(given.errors),
    };
};

/** "/email" → email: the errors of a form, by field. */
export const fieldErrors = (error: unknown): Record<string, string> => {
    if (!(error instanceof ApiProblem)) return {};
    const entries = (error.problem.errors ?? []).map((e) => [e.pointer.split('/')[1] ?? '', e.detail] as const);
    return Object.fromEntries(entries.filter(([field]) => field !== ''));
};

export const problemText = (error: unknown) => (error instanceof Error ? error.message : t('problem.unexpected'));
