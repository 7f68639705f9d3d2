/** What the address says of the audit log: every filter, and the row that is open. */
export interface AuditSearch {
    event?: string;
    outcome?: 'OK' | 'REFUSED' | 'ERROR';
    /** A person, an organization (staff only), what it is about: by their ids. */
    actor?: string;
    org?: string;
    subject?: string;
    ip?: string;
    q?: string;
    /** Days, such as 2026-03-06, in the reader's own time zone; both are included. */
    from?: string;
    to?: string;
    entry?: string;
}

export const outcomes = ['OK', 'REFUSED', 'ERROR'] as const;
const ids = ['actor', 'org', 'subject', 'entry'] as const;
const names = ['event', 'ip', 'q'] as const;
const day = /^\d{4}-\d{2}-\d{2}$/;
const id = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const known = (value: unknown) => (typeof value === 'string' || typeof value === 'number') && value !== '' ? String(value) : undefined;

export const readSearch = (given: Record<string, unknown>): AuditSearch => {
    const search: AuditSearch = {};
    for (const name of names) {
        const value = known(given[name]);
        if (value !== undefined) search[name] = value;
    }
    for (const name of ids) {
        const value = given[name];
        if (typeof value === 'string' && id.test(value)) search[name] = value;
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

/** The query of GET /audit-log, and of GET /admin/audit-log. */
export const auditQuery = (search: AuditSearch) => ({
    event: search.event,
    outcome: search.outcome,
    actor_id: search.actor,
    org_id: search.org,
    subject_id: search.subject,
    ip: search.ip,
    q: search.q,
    from: search.from && startOfDay(search.from),
    to: search.to && startOfDay(search.to, 1),
});
export type AuditQuery = ReturnType<typeof auditQuery>;

/** The filters alone, without the row that is open. */
export const filtersOf = (search: AuditSearch): AuditSearch => ({ ...search, entry: undefined });

export const isFiltered = (search: AuditSearch) => Object.values(filtersOf(search)).some(Boolean);
