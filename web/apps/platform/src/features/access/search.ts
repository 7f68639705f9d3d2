export interface AccessSearch {
    person?: string;
}

/** Whose permissions are open stands in the address. */
export const readSearch = (search: Record<string, unknown>): AccessSearch => ({ person: typeof search.person === 'string' ? search.person : undefined });
