/* What the charts of an explanation are drawn from: one output of it, with each row's own values beside. */

/** A row's own value of a feature; null is missing. */
export type Own = string | number | null;

export interface Explained {
    features: string[];
    /** The prediction that is expected before anything is known of a row. */
    base: number;
    /** [row][feature]: by how much the feature's own value moves the row's prediction. */
    phi: number[][];
    predictions: number[];
    /** [row][feature]. */
    own: Own[][];
    isProbability: boolean;
    /** [row][feature], of sampled methods. */
    errors?: number[][];
    /** [row][feature][feature], halves of each pair on both sides of the diagonal. */
    interactions?: number[][][];
    /** [row]: how much of the model's behaviour nearby the weights tell (LIME). */
    fit?: number[];
}

export interface Contribution {
    /** Index of the feature; -1 stands for all that are not named. */
    feature: number;
    name: string;
    own: Own;
    phi: number;
}

/** More are not read as bars, but as noise; the table holds them all. */
export const MOST_FEATURES = 10;
/** More dots hide each other; rows are left out evenly. */
export const MOST_DOTS = 500;

export const contributionsOf = (e: Explained, row: number): Contribution[] =>
    e.features
        .map((name, feature) => ({ feature, name, own: e.own[row]?.[feature] ?? null, phi: e.phi[row]?.[feature] ?? 0 }))
        .sort((a, b) => Math.abs(b.phi) - Math.abs(a.phi));

/** The largest contributions; all others are one, whose name is given. */
export const largest = (all: Contribution[], most: number, others: (count: number) => string): Contribution[] => {
    if (all.length <= most + 1) return all;
    const rest = all.slice(most);
    return [...all.slice(0, most), { feature: -1, name: others(rest.length), own: null, phi: rest.reduce((sum, c) => sum + c.phi, 0) }];
};

export const columnOf = (e: Explained, feature: number) => ({
    own: e.own.map((row) => row[feature] ?? null),
    phi: e.phi.map((row) => row[feature] ?? 0),
});

const mean = (values: number[]) => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length);

const correlation = (x: number[], y: number[]) => {
    const [mx, my] = [mean(x), mean(y)];
    let [sxy, sxx, syy] = [0, 0, 0];
    x.forEach((value, i) => {
        const [dx, dy] = [value - mx, (y[i] ?? 0) - my];
        sxy += dx * dy;
        sxx += dx * dx;
        syy += dy * dy;
    });
    return sxx > 0 && syy > 0 ? sxy / Math.sqrt(sxx * syy) : 0;
};

/** Each value's place among all, from 0 (least) to 1 (greatest); equal values share one. */
export const ranks = (values: number[]) => {
    const order = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value);
    const places = new Array<number>(values.length).fill(0.5);
    for (let from = 0; from < order.length;) {
        let to = from;
        while (to + 1 < order.length && order[to + 1]?.value === order[from]?.value) to += 1;
        for (let k = from; k <= to; k += 1) places[order[k]?.i ?? 0] = values.length > 1 ? (from + to) / 2 / (values.length - 1) : 0.5;
        from = to + 1;
    }
    return places;
};

export const isNumeric = (values: Own[]) => values.every((value) => value === null || typeof value === 'number') && values.some((value) => value !== null);

/** The place of each own value among those of its feature; null where it is missing or a word. */
export const shades = (values: Own[]): (number | null)[] => {
    const known = values.flatMap((value, i) => (typeof value === 'number' ? [{ value, i }] : []));
    const places = ranks(known.map(({ value }) => value));
    const shade = new Array<number | null>(values.length).fill(null);
    known.forEach(({ i }, k) => { shade[i] = places[k] ?? null; });
    return shade;
};

export type Direction = 'rises' | 'falls' | 'mixed' | 'words' | 'none';

/** From this rank correlation on one may say that a feature raises or lowers. */
const CLEAR = 0.3;

export const directionOf = (own: Own[], phi: number[]): Direction => {
    if (phi.every((value) => value === 0)) return 'none';
    if (!isNumeric(own)) return 'words';
    const known = own.flatMap((value, i) => (typeof value === 'number' ? [[value, phi[i] ?? 0] as const] : []));
    const rho = correlation(ranks(known.map(([value]) => value)), ranks(known.map(([, value]) => value)));
    return rho >= CLEAR ? 'rises' : rho <= -CLEAR ? 'falls' : 'mixed';
};

export interface Importance {
    feature: number;
    name: string;
    value: number;
    /** 95 % interval of the mean over rows; null where one row cannot give it. */
    interval: [number, number] | null;
    direction: Direction;
}

const NORMAL_95 = 1.96;

/** Mean |φ| of each feature, the greatest first. */
export const importancesOf = (e: Explained): Importance[] =>
    e.features
        .map((name, feature) => {
            const { own, phi } = columnOf(e, feature);
            const sizes = phi.map(Math.abs);
            const value = mean(sizes);
            const variance = sizes.length > 1 ? sizes.reduce((sum, size) => sum + (size - value) ** 2, 0) / (sizes.length - 1) : null;
            const half = variance === null ? null : NORMAL_95 * Math.sqrt(variance / sizes.length);
            const interval: Importance['interval'] = half === null ? null : [Math.max(0, value - half), value + half];
            return { feature, name, value, interval, direction: directionOf(own, phi) };
        })
        .sort((a, b) => b.value - a.value);

/** At most so many of the rows, evenly spread. */
export const spreadRows = (rows: number, most = MOST_DOTS) =>
    rows <= most ? Array.from({ length: rows }, (_, i) => i) : Array.from({ length: most }, (_, i) => Math.floor((i * rows) / most));

/** Where dots with nearly the same x go, so that none hides another: steps up and down from the middle, at most `reach`. */
export const swarm = (xs: number[], bins: number, reach: number): number[] => {
    const [least, most] = [Math.min(...xs), Math.max(...xs)];
    const width = most > least ? (most - least) / bins : 1;
    const binOf = (x: number) => Math.min(bins - 1, Math.floor((x - least) / width));
    const counts = new Map<number, number>();
    for (const x of xs) counts.set(binOf(x), (counts.get(binOf(x)) ?? 0) + 1);
    const fullest = Math.max(1, ...counts.values());
    const step = Math.min(5, (2 * reach) / fullest);
    const taken = new Map<number, number>();
    return xs.map((x) => {
        const n = taken.get(binOf(x)) ?? 0;
        taken.set(binOf(x), n + 1);
        return (n % 2 === 0 ? 1 : -1) * Math.ceil(n / 2) * step;
    });
};

/** Mean |interaction| of two different features: both halves together. */
export const pairStrength = (interactions: number[][][], a: number, b: number) =>
    mean(interactions.map((row) => Math.abs((row[a]?.[b] ?? 0) + (row[b]?.[a] ?? 0))));

export interface Pair {
    a: number;
    b: number;
    strength: number;
}

export const pairsOf = (e: Explained): Pair[] => {
    const { interactions } = e;
    if (!interactions) return [];
    return e.features
        .flatMap((_, a) => e.features.slice(0, a).map((__, b) => ({ a: b, b: a, strength: pairStrength(interactions, a, b) })))
        .sort((x, y) => y.strength - x.strength);
};

const SLICE = 20;

/** How well another feature tells what this one's own value leaves open of its contribution: |correlation| within slices
    of rows that have nearly the same own value. */
const told = (order: number[], phi: number[], other: Own[]) => {
    let sum = 0;
    for (let from = 0; from + SLICE <= order.length; from += SLICE) {
        const rows = order.slice(from, from + SLICE).filter((row) => typeof other[row] === 'number');
        sum += Math.abs(correlation(rows.map((row) => Number(other[row])), rows.map((row) => phi[row] ?? 0)));
    }
    return sum;
};

/** The feature that works together with this one the most: by the interactions where there are some, else by what the
    contributions let see. null when nothing tells. */
export const partnerOf = (e: Explained, feature: number): number | null => {
    const others = e.features.map((_, i) => i).filter((i) => i !== feature);
    const { own, phi } = columnOf(e, feature);
    const order = own.map((value, row) => ({ value, row })).sort((a, b) => (a.value ?? 0) < (b.value ?? 0) ? -1 : 1).map(({ row }) => row);
    const strength = (other: number) => (e.interactions ? pairStrength(e.interactions, feature, other) : told(order, phi, columnOf(e, other).own));
    const best = others.map((other) => ({ other, value: strength(other) })).reduce((a, b) => (b.value > a.value ? b : a), { other: -1, value: 0 });
    return best.other < 0 ? null : best.other;
};
