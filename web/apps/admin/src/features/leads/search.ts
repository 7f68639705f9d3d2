import { readSearch as readFilters, type LeadsSearch } from '@aic/leads';

const id = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Staff choose the organization, too. */
export interface AllLeadsSearch extends LeadsSearch {
    org?: string;
}

export const readSearch = (given: Record<string, unknown>): AllLeadsSearch => ({
    ...readFilters(given),
    org: typeof given.org === 'string' && id.test(given.org) ? given.org : undefined,
});
