/* What a model's file says of itself, as far as explaining needs it. */
import type { Model, ModelItem } from '@aic/api';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

export interface Needed {
    name: string;
    isCategory: boolean;
}

export const neededOf = ({ features }: Pick<Model, 'features'>): Needed[] =>
    !Array.isArray(features) ? [] : features.filter(isRecord).flatMap((one) => (typeof one.name === 'string' ? [{ name: one.name, isCategory: one.is_category === true }] : []));

/** A file that does not name its columns calls them f0, f1, … */
export const isUnnamed = (needed: Needed[]) => needed.length > 0 && needed.every(({ name }, i) => name === `f${i}`);

export const isTrees = ({ type, kind }: Pick<ModelItem, 'type' | 'kind'>) => kind === 'ARTEFACT' && ['TREE', 'GBDT', 'FOREST'].includes(type);

export const saysProbability = ({ structure }: Pick<Model, 'structure'>) => isRecord(structure) && structure.is_probability === true;
