import { type AuditSearch, filtersOf, readSearch } from './search';

export interface SavedSearch {
    name: string;
    search: AuditSearch;
}

const place = (source: string) => `aic.audit.${source}.searches`;
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What was kept in this browser; anything that is not in today's form is left out. */
export const readSaved = (text: string | null): SavedSearch[] => {
    let kept: unknown;
    try {
        kept = JSON.parse(text ?? '[]');
    } catch {
        return [];
    }
    if (!Array.isArray(kept)) return [];
    return kept.filter(isRecord).flatMap(({ name, search }) => typeof name === 'string' && isRecord(search) ? [{ name, search: readSearch(search) }] : []);
};

export const loadSaved = (source: string) => readSaved(localStorage.getItem(place(source)));

/** One search of a name: a second one takes the place of the first. */
export const withSaved = (all: SavedSearch[], name: string, search: AuditSearch): SavedSearch[] =>
    [...all.filter((one) => one.name !== name), { name, search: filtersOf(search) }].sort((a, b) => a.name.localeCompare(b.name));

export const storeSaved = (source: string, all: SavedSearch[]) => localStorage.setItem(place(source), JSON.stringify(all));
