export const roles = ['ADMIN', 'COMPLIANCE_OFFICER', 'AUDITOR', 'VIEWER'] as const;
export const statuses = ['ACTIVE', 'DEACTIVATED', 'LOCKED'] as const;
export const languages = ['en', 'af', 'zu', 'fr', 'de'] as const;

export type Role = (typeof roles)[number];
export type Language = (typeof languages)[number];

/** What the address says: the filters, whose panel is open, and whether invitations that are over are shown. */
export interface PeopleSearch {
    q?: string;
    role?: Role;
    status?: (typeof statuses)[number];
    person?: string;
    invites?: 'all';
}

const one = <T extends string>(value: unknown, known: readonly T[]) => known.find((k) => k === value);
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

export const readSearch = (given: Record<string, unknown>): PeopleSearch => ({
    q: text(given.q), role: one(given.role, roles), status: one(given.status, statuses), person: text(given.person), invites: one(given.invites, ['all'] as const),
});
