import { describe, expect, it } from 'vitest';
import { guessMapping } from './guess';
import { readCsv, valuesOf } from './preview';

describe('readCsv', () => {
    it('reads quotes, doubled quotes, line breaks in values, CRLF and a byte order mark', () => {
        const preview = readCsv('\uFEFFa,b\r\n"x, y","say ""hi"""\r\n"two\nlines",2\r\n', 10);
        expect(preview.names).toEqual(['a', 'b']);
        expect(preview.rows).toEqual([['x, y', 'say "hi"'], ['two\nlines', '2']]);
        expect(preview).toMatchObject({ total: 2, complete: true });
    });
    it('counts all rows but keeps only the first', () => {
        const preview = readCsv(`a\n${'1\n'.repeat(50)}`, 5);
        expect(preview.rows).toHaveLength(5);
        expect(preview.total).toBe(50);
    });
    it('says when a quotation mark is left open', () => {
        expect(readCsv('a\n"x', 5).complete).toBe(false);
    });
});

describe('guessMapping', () => {
    it('takes being rated low risk as favorable', () => {
        const preview = readCsv('sex,race,decile_score,two_year_recid,high_risk\nMale,Other,1,0,0\nFemale,Asian,9,1,1\n', 10);
        expect(guessMapping(preview)).toEqual({ protected: ['sex', 'race'], label: 'two_year_recid', prediction: 'high_risk', score: null, favorable: '0' });
    });
    it('takes an approval as favorable, and a score between 0 and 1 as a score', () => {
        const preview = readCsv('age_group,score,approved,repaid\n18-24,0.4,0,1\n60+,0.9,1,1\n', 10);
        expect(guessMapping(preview)).toMatchObject({ protected: ['age_group'], label: 'repaid', prediction: 'approved', score: 'score', favorable: '1' });
    });
    it('does not take a column of many values for a decision', () => {
        const preview = readCsv('decision,x\na,1\nb,1\nc,1\n', 10);
        expect(guessMapping(preview).prediction).toBeNull();
        expect(valuesOf(preview, 'decision')).toEqual(['a', 'b', 'c']);
    });
});
