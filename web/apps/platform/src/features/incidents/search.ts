import { categories, severities, sources } from './names';

export const shows = ['open', 'overdue', 'all', 'spam'] as const;

/** What the address says of the queue. */
export interface IncidentsSearch {
    q?: string;
    show?: (typeof shows)[number];
    severity?: (typeof severities)[number];
    category?: (typeof categories)[number];
    source?: (typeof sources)[number];
    sort?: '-created_at';
}

const one = <T extends string>(value: unknown, known: readonly T[]) => known.find((k) => k === value);

export const readSearch = (given: Record<string, unknown>): IncidentsSearch => ({
    q: typeof given.q === 'string' && given.q !== '' ? given.q : undefined,
    show: one(given.show, shows),
    severity: one(given.severity, severities),
    category: one(given.category, categories),
    source: one(given.source, sources),
    sort: one(given.sort, ['-created_at']),
});

/** The query of GET /incidents. Open ones are what the queue is for; a search looks everywhere. */
export const incidentsQuery = ({ show, ...search }: IncidentsSearch) => {
    const wanted = show ?? (search.q ? 'all' : 'open');
    return { ...search, open: wanted === 'open' ? true : undefined, overdue: wanted === 'overdue' ? true : undefined, spam: wanted === 'spam' ? true : undefined };
};

export const isFiltered = (search: IncidentsSearch) => Object.values(search).some(Boolean);
