/** One column of a data set's profile; the contract calls the whole profile any JSON. */
export interface DatasetColumn {
    name: string;
    type: 'number' | 'text' | 'bool';
    missing: number;
    /** null: more than are counted. */
    distinct: number | null;
    min: number | null;
    max: number | null;
    /** Where they are few. */
    values: { value: string; count: number }[];
    special_category: string | null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const number = (value: unknown) => (typeof value === 'number' ? value : null);
const text = (value: unknown) => (typeof value === 'string' ? value : '');

const readValue = (given: unknown) => (isRecord(given) ? [{ value: text(given.value), count: number(given.count) ?? 0 }] : []);

const readColumn = (given: unknown): DatasetColumn[] => {
    if (!isRecord(given)) return [];
    const type = given.type === 'number' || given.type === 'bool' ? given.type : 'text';
    return [{
        name: text(given.name), type, missing: number(given.missing) ?? 0, distinct: number(given.distinct), min: number(given.min), max: number(given.max),
        values: Array.isArray(given.values) ? given.values.flatMap(readValue) : [], special_category: text(given.special_category) || null,
    }];
};

export const readColumns = (profile: unknown): DatasetColumn[] => (Array.isArray(profile) ? profile.flatMap(readColumn) : []);
