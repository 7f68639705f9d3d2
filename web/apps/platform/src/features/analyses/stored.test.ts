import type { Dataset } from '@aic/api';
import { expect, test } from 'vitest';
import { mappingOf } from './guess';
import { standardOrder } from './run';
import { previewOf, storedOrder } from './stored';

const dataset = {
    name: 'loans', rows: 1000,
    columns: [
        { name: 'race', type: 'text', missing: 3, distinct: 2, min: null, max: null, values: [{ value: 'A', count: 500 }, { value: 'B', count: 497 }], special_category: 'RACE_ETHNICITY' },
        { name: 'decision', type: 'number', missing: 0, distinct: 2, min: 0, max: 1, values: [{ value: '0', count: 600 }, { value: '1', count: 400 }], special_category: null },
        { name: 'score', type: 'number', missing: 0, distinct: null, min: 0, max: 0.99, values: [], special_category: null },
    ],
} as unknown as Dataset;

test('the profile of a stored data set guesses as well as a file would', () => {
    const preview = previewOf(dataset);
    expect(preview.total).toBe(1000);
    expect(preview.columns[2]).toMatchObject({ more: true, isNumber: true, least: 0, most: 0.99 });
    expect(mappingOf(preview, undefined)).toEqual({ protected: ['race'], label: null, prediction: 'decision', score: null, favorable: '1' });
});

test('an order names the data set and only groups that are compared', () => {
    const order = { ...standardOrder(mappingOf(previewOf(dataset), undefined)), reference: { race: 'A', sex: 'x' } };
    expect(storedOrder('d', order)).toMatchObject({ dataset_id: 'd', protected: ['race'], reference: { race: 'A' }, intersect: false, label: null });
});
