import { api, call } from '@aic/api';
import { type Cell, missingColumns } from '@aic/files';
import { isSampled, type Method, MOST_INTERACTIONS, MOST_SAMPLED, needsBackground } from './methods';
import { isUnnamed, type Needed } from './model';

export type Columns = ReadonlyMap<string, Cell[]>;

/** Which column of the file stands for which feature, where the names differ. */
export type Renaming = Readonly<Record<string, string>>;

export const rowsIn = (columns: Columns) => [...columns.values()][0]?.length ?? 0;

/** The features that have no column yet, each with the column that may be meant. */
export const lacking = (needed: Needed[], columns: Columns, renaming: Renaming) => {
    if (isUnnamed(needed)) return [];
    const names = needed.map(({ name }) => name).filter((name) => !(name in renaming));
    return missingColumns(names, [...columns.keys()].filter((name) => !Object.values(renaming).includes(name)));
};

/** Features of numbers for which the file has words. */
export const wordsFor = (needed: Needed[], columns: Columns, renaming: Renaming) =>
    needed.filter(({ name, isCategory }) => !isCategory && columns.get(renaming[name] ?? name)?.some((cell) => typeof cell === 'string')).map(({ name }) => name);

/** Only what the model looks at leaves the browser, under the names that the model knows. */
export const sentColumns = (needed: Needed[], columns: Columns, renaming: Renaming): Record<string, Cell[]> => {
    if (needed.length === 0) return Object.fromEntries(columns);
    if (isUnnamed(needed) && !needed.every(({ name }) => columns.has(name))) return Object.fromEntries([...columns].slice(0, needed.length).map(([, cells], i) => [`f${i}`, cells]));
    return Object.fromEntries(needed.map(({ name }) => [name, columns.get(renaming[name] ?? name) ?? []]));
};

export interface ExplainOrder {
    model_id: string;
    method: Method;
    output: 'margin' | 'probability' | undefined;
    interactions: boolean;
    columns: Record<string, Cell[]>;
    background: Record<string, Cell[]> | null;
}

const countOf = (columns: Record<string, Cell[]>) => Object.values(columns)[0]?.length ?? 0;

/** How many of the rows are explained at once. */
export const mostRows = (method: Method, interactions: boolean) => (isSampled(method) ? MOST_SAMPLED : interactions ? MOST_INTERACTIONS : Infinity);

/** The body of POST /explain. All rows are sent, so that they can be compared with; `rows` says which are explained. */
export const bodyOf = ({ method, output, interactions, background, ...rest }: ExplainOrder) => {
    const most = mostRows(method, interactions && method === 'tree-path');
    return {
        ...rest, method, ...(output ? { output } : {}), ...(interactions && method === 'tree-path' ? { interactions } : {}), ...(background && needsBackground(method) ? { background } : {}),
        ...(countOf(rest.columns) > most ? { rows: [0, most] } : {}),
    };
};

/** Asks for the explanation; the answer is its task. */
export const askExplanation = async (order: ExplainOrder) => (await call(api.POST('/api/v1/explain', { body: bodyOf(order) }))).task_id;
