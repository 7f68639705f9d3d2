import type { Explained } from '@aic/charts';
import { readColumns } from '@aic/files';
import { describe, expect, it } from 'vitest';
import { counterfactualBody, firstRules, freely, whyNotRules } from './constraints';
import { methodsOf, outputOf } from './methods';
import { isUnnamed, neededOf } from './model';
import { bodyOf, lacking, sentColumns, wordsFor } from './order';
import { categoriesOf, readCounterfactuals, readEffects, readExplanation, readShuffled } from './result';
import { readView } from './search';
import { notableRows, reasonsFor, trustText } from './words';

const trees = { type: 'GBDT', kind: 'ARTEFACT', structure: { is_probability: true } } as const;
const needed = neededOf({ features: [{ name: 'age', is_category: false }, { name: 'home_city', is_category: true, categories: ['Cape Town', 'Durban'] }] });

/* As a worker writes it: tree-interventional, probability, two rows. */
const result = {
    method: 'tree-interventional', output: 'probability', features: ['age', 'home_city'], base_values: [0.4], values: [[0.1, -0.2], [-0.05, 0.15]], predictions: [0.3, 0.5], max_additivity_error: 4e-16, exact: true,
    notes: ['A note.'], feature_values: [[52, 'Durban'], [null, 'Cape Town']], outcome: 'repaid', reasons: [[{ sentence: 'home_city being Durban lowered the score.', is_protected: true }], []], summary: { protected_share: 0.7, features: [] },
    surrogate: false, fidelity: null, model_id: 'b3b1c6b0-0000-4000-8000-000000000000', model_name: 'Loan score', model_outputs: ['no', 'repaid'], rows: [0, 2],
};
const explained = (): Explained => {
    const one = readExplanation(result).explained[0];
    if (!one) throw new Error('no output');
    return one;
};

describe('ways', () => {
    it('begin with probabilities where there are rows to compare with', () => {
        expect([methodsOf(trees, 60)[0], methodsOf(trees, 3)[0]]).toEqual(['tree-interventional', 'tree-path']);
        expect(methodsOf({ ...trees, structure: {} }, 60)[0]).toBe('tree-path');
        expect(methodsOf({ type: 'OTHER', kind: 'ENDPOINT', structure: {} }, 60)[0]).toBe('auto');
    });
    it('that need no rows to compare with speak in the model\'s own units', () => {
        expect([outputOf('tree-interventional', trees), outputOf('tree-path', trees), outputOf('kernel', { structure: {} }), outputOf('auto', trees)]).toEqual(['probability', 'margin', 'margin', undefined]);
    });
});

describe('rows', () => {
    const columns = readColumns('case,Age,Home City\n1,52,Durban\n2,,Cape Town\n');
    it('lack a column until somebody says which is meant', () => {
        expect(lacking(needed, columns, {})).toEqual([{ name: 'age', nearest: 'Age' }, { name: 'home_city', nearest: 'Home City' }]);
        expect(lacking(needed, columns, { age: 'Age', home_city: 'Home City' })).toEqual([]);
        expect(lacking(needed, columns, { age: 'Home City' }).map(({ nearest }) => nearest)).toEqual([null]);
    });
    it('are sent under the model\'s names, and nothing else of the file', () => {
        expect(sentColumns(needed, columns, { age: 'Age', home_city: 'Home City' })).toEqual({ age: [52, null], home_city: ['Durban', 'Cape Town'] });
    });
    it('go by their order where the model names nothing', () => {
        const plain = neededOf({ features: [{ name: 'f0' }, { name: 'f1' }] });
        expect(isUnnamed(plain)).toBe(true);
        expect(lacking(plain, columns, {})).toEqual([]);
        expect(sentColumns(plain, readColumns('x,y,z\n1,2,3\n'), {})).toEqual({ f0: [1], f1: [2] });
    });
    it('with words for a number are told by name', () => {
        expect(wordsFor(needed, columns, { age: 'Home City', home_city: 'Home City' })).toEqual(['age']);
    });
    it('beyond what a sampling method takes are compared with, not explained', () => {
        const many = { x: Array.from({ length: 250 }, (_, i) => i) };
        const order = { model_id: 'm', output: undefined, interactions: true, columns: many, background: { x: [1] } };
        expect(bodyOf({ ...order, method: 'kernel' })).toMatchObject({ rows: [0, 100], background: { x: [1] } });
        expect(bodyOf({ ...order, method: 'tree-path' })).toEqual({ model_id: 'm', method: 'tree-path', interactions: true, columns: many });
    });
});

describe('a result', () => {
    it('is read with the rows\' own values, reasons and what it was made of', () => {
        const e = readExplanation(result);
        expect(e).toMatchObject({ hasOwn: true, isExact: true, modelName: 'Loan score', guardedShare: 0.7, outputs: ['repaid'], notes: ['A note.'] });
        expect(e.explained[0]).toMatchObject({ base: 0.4, phi: [[0.1, -0.2], [-0.05, 0.15]], own: [[52, 'Durban'], [null, 'Cape Town']], isProbability: true });
    });
    it('of several outputs is one for each', () => {
        const two = readExplanation({ ...result, base_values: [0.6, 0.4], values: [[[0, 0.1], [1, -0.2]]], predictions: [[0.7, 0.3]], feature_values: [] });
        expect(two.outputs).toEqual(['no', 'repaid']);
        expect(two.explained.map(({ phi }) => phi)).toEqual([[[0, 1]], [[0.1, -0.2]]]);
        expect(two.hasOwn).toBe(false);
    });
    it.each([null, {}, [], { values: 1, base_values: 2 }])('that is none is said to be none: %j', (odd) => {
        expect(() => readExplanation(odd)).toThrow('does not have the parts');
    });
    it('says how far it can be trusted', () => {
        expect(trustText(readExplanation(result))).toContain('to within 4e-16');
        expect(trustText({ method: 'kernel', isExact: false, additivityError: 0, seed: 7 })).toContain('seed 7');
    });
    it('has reasons for each row, its own where the server wrote none', () => {
        expect(reasonsFor(readExplanation(result), explained(), 0)).toEqual([{ sentence: 'home_city being Durban lowered the score.', isProtected: true }]);
        expect(reasonsFor(readExplanation(result), explained(), 1).map(({ sentence }) => sentence)).toEqual(['home_city = Cape Town speaks for it.', 'age = not given speaks against it.']);
    });
    it('names rows that are worth a look', () => {
        expect(notableRows(explained())).toMatchObject({ highest: 1, lowest: 0 });
    });
});

describe('counterfactuals', () => {
    const categories = categoriesOf([{ name: 'home_city', categories: ['Cape Town', 'Durban'] }]);
    it('are the person\'s own values with what changes, categories in words', () => {
        const found = { output: 'probability', counterfactuals: [{ prediction: 0.3, reason: '', counterfactuals: [{ changes: [{ feature: 'home_city', from: 1, to: 0 }, { feature: 'age', from: 52, to: 55 }], prediction: 0.6, cost: 2 }] }] };
        expect(readCounterfactuals(found, explained(), 0, categories)).toMatchObject({ own: [52, 'Durban'], prediction: 0.3, reason: null, found: [{ values: [55, 'Cape Town'], prediction: 0.6 }] });
        expect(() => readCounterfactuals({}, explained(), 0, categories)).toThrow();
    });
    it('leave alone who somebody is, and let age only rise', () => {
        expect(firstRules(['age', 'sex', 'income', 'group'], ['group'])).toEqual({ age: { ...freely, way: 'up' }, sex: { ...freely, way: 'fixed' }, group: { ...freely, way: 'fixed' } });
    });
    it('are not looked for within rules that allow nothing', () => {
        expect(whyNotRules(['a'], { a: { ...freely, way: 'fixed' } })).toContain('Every column is fixed');
        expect(whyNotRules(['a', 'b'], { a: { way: 'free', least: 3, most: 1 } })).toContain('a: the lower end');
        expect(whyNotRules(['a'], {})).toBeNull();
    });
    it('are asked for one row, compared with all', () => {
        expect(counterfactualBody('m', explained(), 1, { age: { way: 'up', least: 20, most: null }, home_city: { ...freely, way: 'fixed' } }, 2)).toMatchObject({
            rows: [1, 2], columns: { age: [52, null], home_city: ['Durban', 'Cape Town'] }, increasing: ['age'], immutable: ['home_city'], integer: ['age'], ranges: { age: [20, null] }, count: 2,
        });
    });
});

describe('effects', () => {
    it('come with their local effects, categories in words', () => {
        const effects = readEffects({ output: 'probability', dependence: [{ feature: 'age', grid: [20, 40], mean: [0.2, 0.4], curves: [] }, { feature: 'home_city', grid: [0, 1], mean: [0.1, 0.3], curves: [[0, 1]] }],
            accumulated_effects: [{ feature: 'age', edges: [20, 40], effect: [-0.1, 0.1] }] }, categoriesOf([{ name: 'home_city', categories: ['Cape Town', 'Durban'] }]));
        expect(effects).toMatchObject([{ name: 'age', grid: [20, 40], ale: { values: [-0.1, 0.1] } }, { name: 'home_city', grid: ['Cape Town', 'Durban'], rows: [[0, 1]] }]);
        expect(readEffects(null, new Map())).toEqual([]);
    });
    it('tell what the model cannot do without, when that was asked', () => {
        expect(readShuffled({ importance: { score: 'log_loss', features: [{ name: 'age', mean: 0.1, standard_deviation: 0.01 }] } })).toEqual({ measure: 'log loss', items: [{ name: 'age', value: 0.1, deviation: 0.01 }] });
        expect(readShuffled({})).toBeNull();
    });
});

describe('the address', () => {
    it('holds what is looked at, and nothing odd', () => {
        expect(readView({ tab: 'person', row: 3, feature: 1, picture: 'force', output: -1 })).toEqual({ tab: 'person', row: 3, feature: '1', color: undefined, output: undefined, picture: 'force' });
        expect(readView({ tab: 'odd', row: 0.5 })).toEqual({});
    });
});
