export interface Change {
    field: string;
    before: string | null;
    after: string | null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string | null => {
    if (value === null || value === undefined) return null;
    return typeof value === 'string' ? value : JSON.stringify(value);
};

/** The rows of "what changed", in the alphabet's order. A field that only one side knows was empty on the other. */
export const changesOf = (before: unknown, after: unknown): Change[] => {
    const was = isRecord(before) ? before : {};
    const is = isRecord(after) ? after : {};
    return [...new Set([...Object.keys(was), ...Object.keys(is)])]
        .sort((a, b) => a.localeCompare(b))
        .map((field) => ({ field, before: shown(was[field]), after: shown(is[field]) }))
        .filter((change) => change.before !== null || change.after !== null);
};

export const isMasked = (value: string | null) => value === '***';

/** system_changed → System changed: for an event that has no text of its own yet. */
export const words = (name: string) => {
    const spaced = name.replaceAll(/[_.]/g, ' ');
    return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};
