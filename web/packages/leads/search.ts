export const states = ['NEW', 'CONTACTED', 'QUALIFIED', 'PROPOSAL', 'CONVERTED', 'CERTIFIED', 'LOST'] as const;
export const sources = ['WEB', 'QUIZ', 'ALPHA_FORM', 'CONTACT', 'CLASSIFIER', 'EMPATHY_TOOL', 'INDEX', 'PARTNER', 'OUTREACH'] as const;

/** What the address says of the list. */
export interface LeadsSearch {
    q?: string;
    status?: (typeof states)[number];
    source?: (typeof sources)[number];
}

const one = <T extends string>(value: unknown, known: readonly T[]) => known.find((k) => k === value);

export const readSearch = (given: Record<string, unknown>): LeadsSearch => ({
    q: typeof given.q === 'string' && given.q !== '' ? given.q : undefined,
    status: one(given.status, states),
    source: one(given.source, sources),
});
