/** What the address says of the audit log: every filter, and the row that is open. */
export interface AuditSearch {
    event?: string;
    outcome?: 'OK' | 'REFUSED' | 'ERROR';
    actor?: string;
    subject?: string;
    ip?: string;
    q?: string;
    /** Days, such as 2026-03-06, in the reader's own time zone; both are included. */
    from?: string;
    to?: string;
    entry?: string;
}

const outcomes = ['OK', 'REFUSED', 'ERROR'] as const;
const names = ['event', 'actor', 'subject', 'ip', 'q', 'entry'] as const;
const day = /^\d{4}-\d{2}-\d{2}$/;

const known = (value: unknown) => (typeof value === 'string' || typeof value === 'number') && value !== '' ? String(value) : undefined;

export const readSearch = (given: Record<string, unknown>): AuditSearch => {
    const search: AuditSearch = {};
    for (const name of names) {
        const value = known(given[name]);
        if (value !== undefined) search[name] = value;
    }
    search.outcome = outcomes.find((outcome) => outcome === given.outcome);
    for (const name of ['from', 'to'] as const)
        if (typeof given[name] === 'string' && day.test(given[name]) && startOfDay(given[name])) search[name] = given[name];
    return search;
};

/** The first moment of a day, or of the one after it, where the reader is. Undefined for a day that does not exist. */
export const startOfDay = (text: string, later = 0): string | undefined => {
    const [year = 0, month = 1, date = 1] = text.split('-').map(Number);
    const exact = new Date(year, month - 1, date);
    if (Number.isNaN(exact.getTime()) || exact.getMonth() !== month - 1) return undefined;
    return new Date(year, month - 1, date + later).toISOString();
};

/** The query of GET /audit-log. */
export const auditQuery = (search: AuditSearch) => ({
    event: search.event,
    outcome: search.outcome,
    actor_id: search.actor,
    subject_id: search.subject,
    ip: search.ip,
    q: search.q,
    from: search.from && startOfDay(search.from),
    to: search.to && startOfDay(search.to, 1),
});

export const isFiltered = (search: AuditSearch) => Object.entries(search).some(([name, value]) => name !== 'entry' && Boolean(value));
