import { readPreview } from '@aic/files';
import { describe, expect, it } from 'vitest';
import { formatText, namedAfter, whyNoModel } from './formats';
import { qualitySentence } from './quality';
import { featuresOf, qualityOf, structureOf, trainedModelOf, trainedQualityOf } from './read';
import { modelsFilter, readSearch } from './search';
import { guessOrder, outcomesOf, whyNotTrain } from './training';
import { formOf } from './upload';

describe('a file', () => {
    it.each([
        ['model.pkl', 'A pickle runs programs'], ['m.joblib', 'A pickle runs programs'], ['m.joblib.gz', 'A pickle runs programs'], ['old.model', 'old binary form'], ['net.keras', 'Neural networks'], ['rows.csv', 'a table of rows'], ['models.zip', 'an archive'],
    ])('%s is told what to do instead', (name, says) => {
        expect(whyNoModel({ name, size: 10 })).toContain(says);
    });
    it('that may be a model is sent', () => {
        for (const name of ['m.json', 'm.ubj', 'm.txt', 'm.onnx', 'noending']) expect(whyNoModel({ name, size: 10 })).toBeNull();
        expect(whyNoModel({ name: 'm.json', size: 0 })).toBe('The file is empty.');
        expect(whyNoModel({ name: 'm.json', size: 201_000_000 })).toContain('201.0 MB; at most 200 MB');
    });
    it('gives the model a name and a version', () => {
        expect([namedAfter('loan_score-v3.2.json'), namedAfter('model.onnx'), namedAfter('2024.txt')]).toEqual([{ name: 'Loan score', version: '3.2' }, { name: 'Model', version: '1' }, { name: '2024', version: '1' }]);
    });
    it('goes with its fields, lists as JSON', () => {
        const form = formOf({ name: 'A', version: '1', system_id: null, description: '', protected_attributes: ['sex', 'a,b'] }, new File(['x'], 'm.json'));
        expect([...form.keys()]).toEqual(['name', 'version', 'protected_attributes', 'artefact']);
        expect(form.get('protected_attributes')).toBe('["sex","a,b"]');
    });
});

describe('what a file says', () => {
    it('is read as far as it goes', () => {
        expect(featuresOf([{ name: 'city', is_category: true, categories: ['x'], category_count: 9 }, { name: 7 }, null])).toEqual([{ name: 'city', isCategory: true, categories: ['x'], count: 9 }]);
        expect(structureOf(null)).toEqual({ objective: null, trees: null, depth: null });
        expect([formatText('onnx'), formatText(null), formatText('new')]).toEqual(['ONNX', 'no file yet', 'new']);
    });
});

describe('quality', () => {
    const training = { held_out: { accuracy: 0.8, auc: 0.7, fairness: {} }, cross_validation: { folds: 5, mean: { auc: 0.72 }, standard_deviation: { auc: 0.01 } }, rows: 400, dropped_rows: 2, trees_used: 30, notes: [] };
    it('comes from a training, or from bare figures', () => {
        expect(trainedQualityOf({ model_id: 'm', training })).toMatchObject({ heldOut: { accuracy: 0.8, auc: 0.7 }, mean: { auc: 0.72 }, folds: 5, rows: 400, dropped: 2, treesUsed: 30 });
        expect(qualityOf({ auc: 0.9 })?.heldOut).toEqual({ auc: 0.9 });
        expect([qualityOf({ note: 'good' }), qualityOf(null), trainedQualityOf({})]).toEqual([null, null, null]);
        expect([trainedModelOf({ model_id: 'm' }), trainedModelOf(3)]).toEqual(['m', null]);
    });
    it('is told in words', () => {
        expect([0.55, 0.7, 0.85, 0.99].map((auc) => qualitySentence({ auc })?.slice(0, 12))).toEqual(['It hardly do', 'It does bett', 'It ranks wel', 'It ranks ver']);
        expect(qualitySentence({ r2: 0.1 })).toContain('little');
        expect(qualitySentence({ accuracy: 1 })).toBeNull();
    });
});

describe('a training', () => {
    const rows = Array.from({ length: 80 }, (_, i) => `c${i},${i},${i % 2 ? 'f' : 'm'},${i % 3 ? 'yes' : 'no'}`).join('\n');
    const preview = readPreview(`case_id,age,sex,repaid\n${rows}\n`);
    it('is guessed: what to learn, whom to guard, what to leave out', () => {
        expect(guessOrder(preview, 'my_loans.csv')).toMatchObject({ target: 'repaid', positive: 'yes', guarded: ['sex'], ignore: ['case_id'], name: 'my loans', kind: 'gbdt' });
        expect(outcomesOf(preview, 'age')).toEqual([]);
    });
    it('that cannot be is told why', () => {
        const order = guessOrder(preview, 'x.csv');
        expect(whyNotTrain(order, preview)).toBeNull();
        expect(whyNotTrain({ ...order, target: null }, preview)).toContain('Choose the column');
        expect(whyNotTrain({ ...order, target: 'case_id' }, preview)).toContain('many different words');
        expect(whyNotTrain({ ...order, target: 'sex', kind: 'linear' }, preview)).toContain('numbers');
        expect(whyNotTrain({ ...order, target: 'age', kind: 'logistic' }, preview)).toContain('two to ten');
        expect(whyNotTrain({ ...order, kind: 'linear', target: 'age' }, preview)).toBeNull();
    });
});

describe('the address', () => {
    it('holds the filters', () => {
        expect(modelsFilter(readSearch({ q: 'loan', show: 'retired', odd: 1 }))).toEqual({ q: 'loan', system_id: undefined, active: false });
        expect(modelsFilter(readSearch({})).active).toBeUndefined();
    });
});
