import { describe, expect, it } from 'vitest';
import { whyNot, whyTooManyBytes } from './fit';
import { missingColumns, nearest } from './nearest';
import { readColumns, readPreview } from './preview';

describe('nearest', () => {
    it('forgives case, dashes and a letter or two', () => {
        expect(nearest('hours-per-week', ['Hours_per_week', 'age'])).toBe('Hours_per_week');
        expect(nearest('education_num', ['educaton_num', 'education'])).toBe('educaton_num');
        expect(nearest('age', ['aeg', 'income'])).toBeNull();
        expect(nearest('age', [])).toBeNull();
    });
});

describe('missing columns', () => {
    it('come in the order of the model, and a column that is used already is nobody else', () => {
        expect(missingColumns(['age', 'ages', 'sex'], ['age', 'Sex', 'income'])).toEqual([{ name: 'ages', nearest: null }, { name: 'sex', nearest: 'Sex' }]);
        expect(missingColumns(['age'], ['age', 'more'])).toEqual([]);
    });
});

const preview = readPreview('a,b\n1,2\n');

describe('whyNot', () => {
    it('lets a plain table through', () => {
        expect(whyNot(preview, '')).toBeNull();
        expect(whyTooManyBytes(10_000_000, '')).toBeNull();
    });
    it.each([
        ['', 'empty'], ['a;b\n1;2\n', 'separated by something other'], ['hello\nworld\n', 'one cell only'], ['a,b\n', 'no rows'], ['a,b\n1\n', 'Row 1 has 1 cell; the header has 2'],
        ['a,b\n"1,2\n', 'never closed'], ['a,a\n1,2\n', 'Two columns are called "a"'], ['a,\n1,2\n', 'Column 2 has no name'],
        [`a,b\n${'1,2\n'.repeat(10_001)}`, '10,001 rows; the limit here is 10,000'], [`${'a,'.repeat(500)}b\n${'1,'.repeat(500)}2\n`, '501 columns; the limit here is 500'],
    ])('refuses %#', (text, reason) => {
        expect(whyNot(readPreview(text), '')).toContain(reason);
    });
    it('names the size that was sent and the limit', () => {
        expect(whyTooManyBytes(11_500_000, '')).toContain('11.5 MB; the limit here is 10 MB');
    });
});

describe('columns', () => {
    it('hold numbers where all cells are numbers, words elsewhere, and null where nothing is', () => {
        expect([...readColumns('age,"city, town",code\n52,"Cape ""Town""",7\n,Durban,x\n')]).toEqual([['age', [52, null]], ['city, town', ['Cape "Town"', 'Durban']], ['code', ['7', 'x']]]);
        expect([...readColumns('a,b\n')]).toEqual([['a', []], ['b', []]]);
    });
});
