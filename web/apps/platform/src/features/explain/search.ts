export const tabs = ['global', 'person', 'dependence', 'data'] as const;
export type Tab = (typeof tabs)[number];

/** Which model is to be explained. */
export interface StartSearch {
    model_id?: string;
}

/** What of a result is looked at: a link shows the same. */
export interface ViewSearch {
    tab?: Tab;
    /** From 1, as people count. */
    row?: number;
    feature?: string;
    color?: string;
    output?: number;
    picture?: 'force';
}

// A feature may be called 1 or true, which the router reads as a number or a boolean.
const word = (value: unknown) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value === 'string' && value !== '' ? value : undefined);
const count = (value: unknown, least: number) => (typeof value === 'number' && Number.isInteger(value) && value >= least ? value : undefined);

export const readStart = (given: Record<string, unknown>): StartSearch => ({ model_id: word(given.model_id) });

export const readView = (given: Record<string, unknown>): ViewSearch => ({
    tab: tabs.find((tab) => tab === given.tab), row: count(given.row, 1), feature: word(given.feature), color: word(given.color), output: count(given.output, 0),
    picture: given.picture === 'force' ? 'force' : undefined,
});
