/** How many letters have to be added, taken away or replaced to make one name of the other. */
const distance = (a: string, b: string) => {
    let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i += 1) {
        const current = [i];
        for (let j = 1; j <= b.length; j += 1) {
            const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
            current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
        }
        previous = current;
    }
    return previous[b.length] ?? 0;
};

const plain = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** The name that is meant most likely, or null when none is alike. Case, spaces and dashes do not count. */
export const nearest = (name: string, among: string[]): string | null => {
    const wanted = plain(name);
    const best = among
        .map((other) => ({ other, far: distance(wanted, plain(other)) }))
        .reduce<{ other: string; far: number } | null>((a, b) => (a === null || b.far < a.far ? b : a), null);
    return best !== null && best.far <= Math.max(1, wanted.length / 3) ? best.other : null;
};

export interface MissingColumn {
    name: string;
    nearest: string | null;
}

/** The columns that a file would need and does not have, each with the one that may be meant. */
export const missingColumns = (needed: string[], has: string[]): MissingColumn[] => {
    const spare = has.filter((name) => !needed.includes(name));
    return needed.filter((name) => !has.includes(name)).map((name) => ({ name, nearest: nearest(name, spare) }));
};
