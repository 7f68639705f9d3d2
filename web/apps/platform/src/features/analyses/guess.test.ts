import { describe, expect, it } from 'vitest';
import { guessFavorable, guessMapping, mappingOf } from './guess';
import { readPreview } from '@aic/files';

const guess = (csv: string) => guessMapping(readPreview(csv));

describe('guessMapping', () => {
    it('takes being rated low risk as favorable', () => {
        expect(guess('sex,race,decile_score,two_year_recid,high_risk\nMale,Other,1,0,0\nFemale,Asian,9,1,1\n'))
            .toEqual({ protected: ['sex', 'race'], label: 'two_year_recid', prediction: 'high_risk', score: null, favorable: '0' });
    });
    it('takes an approval as favorable, and a score between 0 and 1 as a score', () => {
        expect(guess('age_group,score,approved,repaid\n18-24,0.4,0,1\n60+,0.9,1,1\n60+,0.7,1,0\n'))
            .toEqual({ protected: ['age_group'], label: 'repaid', prediction: 'approved', score: 'score', favorable: '1' });
    });
    it('does not take a column of many values for a decision, nor each age for a group', () => {
        const rows = Array.from({ length: 40 }, (_, i) => `${i},${i + 18},${i % 2 ? 'F' : 'M'}`).join('\n');
        expect(guess(`decision,age,sex\n${rows}`)).toEqual({ protected: ['sex'], label: null, prediction: null, score: null, favorable: null });
    });
    it('knows names in other spellings', () => {
        expect(guess('applicantGender,Ethnic Group,model_prediction,true label\nf,a,1,0\nm,b,0,1\n'))
            .toEqual({ protected: ['applicantGender', 'Ethnic Group'], label: 'true label', prediction: 'model_prediction', score: null, favorable: '1' });
    });
    it('does not mistake words that only contain a known one', () => {
        expect(guess('essex,trace,usage\na,b,c\nd,e,f\n').protected).toEqual([]);
    });
    it('does not use one column twice', () => {
        const { label, prediction } = guess('sex,outcome\nf,1\nm,0\n');
        expect([label, prediction]).toEqual(['outcome', null]);
    });
});

describe('guessFavorable', () => {
    it.each([
        ['high_risk', ['0', '1'], '0'], ['approved', ['0', '1'], '1'], ['default', ['no', 'yes'], 'no'], ['status', ['denied', 'granted'], 'granted'],
        ['risk', ['High', 'Low'], 'Low'], ['income', ['<=50K', '>50K'], '>50K'], ['fraud', ['true', 'false'], 'false'], ['status', ['Denied', 'Other'], 'Other'],
    ])('%s with %j: %s', (name, values, good) => {
        expect(guessFavorable(name, values)).toBe(good);
    });
    it('leaves it to the person where nothing tells', () => {
        expect(guessFavorable('class', ['a', 'b'])).toBeNull();
    });
});

describe('mappingOf', () => {
    const preview = readPreview('sex,race,two_year_recid,high_risk\nMale,Other,0,0\nFemale,Asian,1,1\n');
    it('follows what an example says of itself, as far as the file has it', () => {
        expect(mappingOf(preview, { protected: ['race', 'gone'], label: 'two_year_recid', prediction: 'gone', score: null, favorable: '0' }))
            .toEqual({ protected: ['race'], label: 'two_year_recid', prediction: null, score: null, favorable: '0' });
    });
    it('guesses where nothing is said, or nonsense', () => {
        expect(mappingOf(preview, undefined)).toEqual(guessMapping(preview));
        expect(mappingOf(preview, 'race')).toEqual(guessMapping(preview));
    });
});
