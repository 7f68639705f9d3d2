/* What the server keeps as JSON of its own kind, read with care: a model file tells it. */

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';

export interface ModelFeature {
    name: string;
    isCategory: boolean;
    categories: string[];
    /** All of them; a few are listed. */
    count: number;
}

export const featuresOf = (features: unknown): ModelFeature[] =>
    !Array.isArray(features) ? [] : features.filter(isRecord).flatMap((one) => {
        if (!isText(one.name)) return [];
        const categories = Array.isArray(one.categories) ? one.categories.filter(isText) : [];
        return [{ name: one.name, isCategory: one.is_category === true, categories, count: typeof one.category_count === 'number' ? one.category_count : categories.length }];
    });

export const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter(isText) : []);

export interface Structure {
    objective: string | null;
    trees: number | null;
    depth: number | null;
}

export const structureOf = (value: unknown): Structure => {
    const given = isRecord(value) ? value : {};
    const count = (one: unknown) => (typeof one === 'number' ? one : null);
    return { objective: isText(given.objective) && given.objective !== '' ? given.objective : null, trees: count(given.trees), depth: count(given.depth) };
};

export const measures = ['accuracy', 'auc', 'brier', 'log_loss', 'r2', 'rmse'] as const;
export type Measure = (typeof measures)[number];
export type Figures = Partial<Record<Measure, number>>;

/** How good a model is: on held-out rows, and over folds. */
export interface Quality {
    heldOut: Figures;
    mean: Figures;
    deviation: Figures;
    folds: number;
    rows: number | null;
    dropped: number;
    treesUsed: number | null;
    notes: string[];
}

const figuresOf = (value: unknown): Figures =>
    isRecord(value) ? Object.fromEntries(measures.flatMap((key) => (typeof value[key] === 'number' ? [[key, value[key]]] : []))) : {};

/** From what a training says, or from what somebody stated: figures without held_out stand alone. */
export const qualityOf = (value: unknown): Quality | null => {
    if (!isRecord(value)) return null;
    const folds = isRecord(value.cross_validation) ? value.cross_validation : {};
    const heldOut = figuresOf(value.held_out ?? value);
    if (Object.keys(heldOut).length === 0) return null;
    const count = (one: unknown) => (typeof one === 'number' ? one : null);
    return {
        heldOut, mean: figuresOf(folds.mean), deviation: figuresOf(folds.standard_deviation), folds: count(folds.folds) ?? 0, rows: count(value.rows), dropped: count(value.dropped_rows) ?? 0,
        treesUsed: count(value.trees_used), notes: textsOf(value.notes),
    };
};

/** What a training's result says of its quality. */
export const trainedQualityOf = (result: unknown) => (isRecord(result) ? qualityOf(result.training) : null);

/** The model that a training registered. */
export const trainedModelOf = (result: unknown): string | null => (isRecord(result) && isText(result.model_id) ? result.model_id : null);
