import type { Model } from '@aic/api';
import { isTrees, saysProbability } from './model';

export const methods = ['tree-interventional', 'auto', 'tree-path', 'linear', 'kernel', 'permutation', 'lime'] as const;
export type Method = (typeof methods)[number];

/** So many rows are enough to be compared with: below it, their average says little. */
const ENOUGH = 20;
/** Methods that ask the model very often explain so many rows at once. */
export const MOST_SAMPLED = 100;
export const MOST_INTERACTIONS = 1000;

export const isSampled = (method: Method) => method === 'kernel' || method === 'permutation' || method === 'lime';
export const needsBackground = (method: Method) => method === 'tree-interventional' || isSampled(method);

/** What can be asked of a model, the best to begin with first. A probability is read more easily than a margin, but it needs
    rows to be compared with. */
export const methodsOf = (model: Pick<Model, 'type' | 'kind' | 'structure'>, rows: number): Method[] => {
    if (isTrees(model)) {
        const inProbability: Method[] = saysProbability(model) && rows >= ENOUGH ? ['tree-interventional', 'tree-path'] : ['tree-path', 'tree-interventional'];
        return [...inProbability, 'kernel', 'permutation', 'lime'];
    }
    const isLinear = model.kind === 'ARTEFACT' && model.type === 'LOGISTIC';
    return isLinear ? (rows >= ENOUGH && rows <= MOST_SAMPLED ? ['kernel', 'linear', 'permutation', 'lime'] : ['linear', 'kernel', 'permutation', 'lime']) : ['auto', 'kernel', 'permutation', 'lime'];
};

/** Exact methods that need no rows to compare with speak in the model's own units. */
export const outputOf = (method: Method, model: Pick<Model, 'structure'>): 'margin' | 'probability' | undefined =>
    method === 'auto' ? undefined : saysProbability(model) && needsBackground(method) ? 'probability' : 'margin';
