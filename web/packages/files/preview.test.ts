import { describe, expect, it } from 'vitest';
import { columnNamed, MOST_VALUES, readPreview } from './preview';

const names = (text: string) => readPreview(text).columns.map((column) => column.name);

describe('readPreview', () => {
    it('reads quotes, doubled quotes, line breaks in values, CRLF and a byte order mark', () => {
        const preview = readPreview('\uFEFFa,b\r\n"x, y","say ""hi"""\r\n"two\r\nlines",2\r\n');
        expect(preview.columns.map((column) => column.name)).toEqual(['a', 'b']);
        expect(preview.rows).toEqual([['x, y', 'say "hi"'], ['two\r\nlines', '2']]);
        expect(preview).toMatchObject({ total: 2, ragged: null, isQuoteOpen: false });
    });
    it('keeps empty cells, also at the end of a line and of the file', () => {
        expect(readPreview('a,b,c\n1,,3\n,2,\n1,2,').rows).toEqual([['1', '', '3'], ['', '2', ''], ['1', '2', '']]);
    });
    it('reads the last line without a line break, and one that ends in a carriage return', () => {
        expect(readPreview('a,b\n1,2').rows).toEqual([['1', '2']]);
        expect(readPreview('a,b\r\n1,2\r').rows).toEqual([['1', '2']]);
    });
    it('takes a quotation mark inside a cell as it stands, and an empty quoted cell as empty', () => {
        expect(readPreview('a,b\n5" pipe,""\n').rows).toEqual([['5" pipe', '']]);
    });
    it('counts all rows but keeps only the first', () => {
        const preview = readPreview(`a,b\n${'1,2\n'.repeat(500)}`);
        expect(preview.total).toBe(500);
        expect(preview.rows).toHaveLength(6);
        expect(columnNamed(preview, 'a')?.values.get('1')).toBe(500);
    });
    it('says when a quotation mark is left open', () => {
        expect(readPreview('a,b\n"x,1\n').isQuoteOpen).toBe(true);
    });
    it('finds the first row that is too short or too long', () => {
        expect(readPreview('a,b\n1,2\n1\n1,2,3\n').ragged).toEqual({ row: 2, cells: 1 });
        expect(readPreview('a,b\n1,2,3\n').ragged).toEqual({ row: 1, cells: 3 });
    });
    it('skips blank lines', () => {
        expect(readPreview('a,b\n\n1,2\n\r\n').total).toBe(1);
    });
    it('tells numbers from words, with their range and what is missing', () => {
        const preview = readPreview('n,w\n0.5,x\n-2,7\n,y\n');
        expect(columnNamed(preview, 'n')).toMatchObject({ isNumber: true, least: -2, most: 0.5, missing: 1 });
        expect(columnNamed(preview, 'w')?.isNumber).toBe(false);
    });
    it('does not hold more values than a protected column may have', () => {
        const preview = readPreview(`id,x\n${Array.from({ length: 200 }, (_, i) => `${i},1`).join('\n')}`);
        expect(columnNamed(preview, 'id')).toMatchObject({ more: true, most: 199 });
        expect(columnNamed(preview, 'id')?.values.size).toBe(MOST_VALUES);
    });
    it('trims the names of columns and gives nothing for nothing', () => {
        expect(names(' a , b\n1,2')).toEqual(['a', 'b']);
        expect(readPreview('')).toMatchObject({ columns: [], rows: [], total: 0 });
    });
});
