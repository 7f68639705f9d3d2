import { describe, expect, it } from 'vitest';
import { canonical, sha256 } from './fingerprint';
import { attribute, report } from './fixture';
import { flatTable, groupsTable, numberAt, testsTable, weightsTable } from './numbers';
import { reportHtml } from './reportHtml';

describe('reportHtml', () => {
    const html = reportHtml(report(), 'loans.csv', ['<svg id="chart"></svg>']);
    it('is one whole page with verdict, sentence, chart and numbers, and loads nothing', () => {
        for (const part of ['<!doctype html>', 'FAIL', 'Groups are not treated alike.', '<svg id="chart">', '40.0%', '31.0% to 50.0%', 'not recorded']) expect(html).toContain(part);
        expect(html).not.toMatch(/<script|src=|href=|url\(/);
    });
    it('escapes whatever a group, a column or a file is called', () => {
        const evil = '<img src=x onerror=alert(1)>';
        const page = reportHtml(report({ attributes: { [evil]: attribute({ groups: { [evil]: { count: 1, selection_rate: 1 } }, reference: evil, worst_group: evil, best_group: 'm' }) } }), evil, []);
        expect(page).not.toContain('<img');
        expect(page).toContain('&lt;img src=x');
    });
    it('writes a dash for what the data cannot give', () => {
        expect(html).toContain('<td>Equalized odds difference</td><td>–</td>');
    });
});

describe('tables of numbers', () => {
    it('keeps null as null and every group', () => {
        const table = groupsTable(attribute());
        const row = table.rows.find(([name]) => name === 'f');
        const fpr = table.columns.findIndex((column) => column.head === 'False positive rate');
        expect(table.rows).toHaveLength(3);
        expect(row?.[fpr]).toBeNull();
        expect(row?.[table.columns.findIndex((column) => column.head === 'Selection rate')]).toBe(0.4);
    });
    it('has as many cells as columns', () => {
        for (const table of [groupsTable(attribute()), testsTable(attribute())]) for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
    });
    it('finds numbers in unchecked JSON and nothing else', () => {
        expect(numberAt({ a: [1, { b: 2 }] }, 'a', 1, 'b')).toBe(2);
        expect([numberAt(null, 'a'), numberAt({ a: '1' }, 'a'), numberAt({ a: [1] }, 'a', 'b')]).toEqual([null, null, null]);
    });
    it('flattens nested figures and splits weights at the last bar', () => {
        expect(flatTable({ gini: 0.3, atkinson: { '0.5': null } }).rows).toEqual([['Gini', 0.3], ['Atkinson, 0.5', null]]);
        expect(flatTable(null).rows).toEqual([]);
        expect(weightsTable(attribute()).rows).toEqual([['f', 'favorable', 1.1], ['a|b', 'unfavorable', 0.9]]);
    });
});

describe('canonical', () => {
    it('sorts keys, drops spaces and writes numbers as ECMAScript does', () => {
        expect(canonical({ b: [1.0, 1e-7, null, true], a: { 'ä': '"\n', z: 3.996734534325768e-155 } })).toBe('{"a":{"z":3.996734534325768e-155,"ä":"\\"\\n"},"b":[1,1e-7,null,true]}');
    });
    it('gives no hash where the browser has no cryptography to give', async () => {
        expect(window.isSecureContext).toBeFalsy();
        expect(await sha256('abc')).toBeNull();
    });
});
