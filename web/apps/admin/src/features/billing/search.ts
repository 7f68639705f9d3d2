export const outcomes = ['UNMATCHED', 'APPLIED', 'STALE', 'KEPT'] as const;

export interface EventsSearch {
    outcome?: (typeof outcomes)[number];
}

export const readSearch = (given: Record<string, unknown>): EventsSearch => ({ outcome: outcomes.find((one) => one === given.outcome) });
