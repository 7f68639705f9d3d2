import { describe, expect, it } from 'vitest';
import { stops, warnings } from './check';
import { guessMapping } from './guess';
import { readPreview } from '@aic/files';
import { type Order, orderQuery, standardOrder } from './run';

const csv = 'sex,race,score,approved,repaid\nf,a,0.2,0,1\nm,b,0.9,1,1\nm,a,0.8,1,0\n';
const preview = readPreview(csv);
const order = (change: Partial<Order> = {}): Order => ({ ...standardOrder(guessMapping(preview)), ...change });

describe('stops', () => {
    it('stops nothing when all is chosen', () => {
        expect(stops(order(), preview)).toEqual({});
    });
    it('wants groups, a result and a favorable value', () => {
        expect(Object.keys(stops(order({ protected: [] }), preview))).toEqual(['protected']);
        expect(Object.keys(stops(order({ prediction: null, label: null, score: null }), preview))).toEqual(['prediction']);
        expect(Object.keys(stops(order({ favorable: null }), preview))).toEqual(['favorable']);
    });
    it('does not take one column for two things', () => {
        expect(stops(order({ protected: ['sex', 'approved'] }), preview).protected).toContain('approved');
        expect(stops(order({ label: 'approved' }), preview).label).toContain('already');
    });
    it('wants a truth that has the favorable value too', () => {
        const other = readPreview('sex,approved,truth\nf,yes,1\nm,no,0\n');
        expect(stops(standardOrder({ protected: ['sex'], prediction: 'approved', label: 'truth', score: null, favorable: 'yes' }), other).favorable).toContain('never has the value yes');
    });
    it('wants a score from 0 to 1 next to a truth', () => {
        const wide = readPreview('sex,score,repaid\nf,20,1\nm,90,0\n');
        expect(stops(standardOrder({ protected: ['sex'], prediction: null, label: 'repaid', score: 'score', favorable: '1' }), wide).score).toContain('20.00 to 90.00');
        expect(stops(order({ score: 'race' }), preview).score).toContain('not a number');
    });
    it('wants groups, not numbers, to compare', () => {
        const many = readPreview(`age,hired\n${Array.from({ length: 100 }, (_, i) => `${i},${i % 2}`).join('\n')}`);
        expect(stops(standardOrder({ protected: ['age'], prediction: 'hired', label: null, score: null, favorable: '1' }), many).protected).toContain('more than 64 values');
    });
});

describe('warnings', () => {
    it('names small groups, gaps and what is lost without a truth', () => {
        const gaps = readPreview('sex,hired\nf,1\n,0\n');
        const lines = warnings(standardOrder({ protected: ['sex'], prediction: 'hired', label: null, score: null, favorable: '1' }), gaps);
        expect(lines).toHaveLength(4);
        expect(lines.join(' ')).toMatch(/one value only.*f \(sex\).*sex \(1\).*Without the truth/);
    });
});

describe('orderQuery', () => {
    it('says everything that the server needs, and the use case of the system', () => {
        expect(orderQuery(order({ reference: { sex: 'm', gone: 'x' }, system: { id: 'id-1', name: 'Loans', use_case: 'FINANCE' } }))).toEqual({
            protected: 'sex,race', label: 'repaid', prediction: 'approved', score: 'score', favorable: '1', intersect: true, min_group_size: 30, bootstrap: 1000,
            seed: 1, reference: 'sex=m', system_id: 'id-1', use_case: 'FINANCE',
        });
    });
    it('sends a threshold only where the score decides, and no combination of one column', () => {
        const query = orderQuery(order({ prediction: null, protected: ['sex'], threshold: 0.7 }));
        expect(query).toMatchObject({ threshold: 0.7, intersect: undefined, system_id: undefined });
    });
});
