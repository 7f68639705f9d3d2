import type { Attribute } from '@aic/api';
import { describe, expect, it } from 'vitest';
import { bandsOf, type Finding, intervalOf, moreIsBetter } from './findings';
import { extremes, groupNote, groupsOf, MOST_SHOWN } from './groups';
import { imageName, svgOf } from './image';
import { selectionSvg } from './SelectionChart';
import { calibrationSentence, scoreShift, selectionSentence, spreadSentence } from './sentences';
import { cellText, tableCsv } from './table';
import { wrapped } from './VerdictChart';

const attribute = (rates: Record<string, number | null>, more: Partial<Attribute> = {}): Attribute => ({
    reference: Object.keys(rates)[0] ?? null,
    groups: Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, { count: 100, selection_rate: rate, small: name.startsWith('small'), missing: name === '(missing)' }])),
    metrics: {}, tests: {}, verdict: 'PASS', reasons: [], ...more,
});

describe('selectionSentence', () => {
    it('names lowest and highest judged group, their ratio and what is asked for', () => {
        expect(selectionSentence(attribute({ a: 0.8, b: 0.4, small: 0.1 }), 0.8))
            .toBe('b is decided favorably in 40.0% of cases, a in 80.0%: 0.50 times as often, short of the 0.80 asked for.');
        expect(selectionSentence(attribute({ a: 0.8, b: 0.75 }), 0.9)).toContain('0.94 times as often, within the 0.90 asked for.');
    });
    it('has a sentence for equal rates, for nobody, and for too few groups', () => {
        expect(selectionSentence(attribute({ a: 0.5, b: 0.5 }), 0.8)).toContain('equally often, in 50.0%');
        expect(selectionSentence(attribute({ a: 0, b: 0 }), 0.8)).toContain('Nobody is decided favorably');
        expect(selectionSentence(attribute({ a: 0.5, small: 0.1, '(missing)': 0.2 }), 0.8)).toContain('Fewer than two groups');
        expect(selectionSentence(attribute({ a: 0.5, b: null }), 0.8)).toContain('Fewer than two groups');
    });
});

describe('other sentences', () => {
    it('says which rate differs most', () => {
        const rates = [{ name: 'selection rate', of: (g: { selection_rate: number | null }) => g.selection_rate }, { name: 'count', of: () => 1 }];
        expect(spreadSentence(attribute({ a: 0.8, b: 0.4 }), rates)).toBe('The groups differ most in the selection rate: 40.0% for b, 80.0% for a.');
        expect(spreadSentence(attribute({ a: 0.4, b: 0.4 }), rates)).toContain('do not differ');
    });
    it('says whose scores are off, and which way', () => {
        const bins = [{ low: 0, high: 0.5, count: 10, mean_score: 0.2, mean_label: 0.5 }, { low: 0.5, high: 1, count: 0, mean_score: null, mean_label: null }];
        const groups: Attribute['groups'] = {
            a: { count: 10, selection_rate: 0.5, expected_calibration_error: 0.3, calibration: { reliability: bins } },
            b: { count: 10, selection_rate: 0.5, expected_calibration_error: 0.1, calibration: { reliability: [] } },
        };
        expect(scoreShift(bins)).toBeCloseTo(0.3);
        expect(scoreShift([])).toBeNull();
        expect(calibrationSentence(attribute({}, { groups }))).toContain('For a it is off by 0.300 on average, mostly too low.');
        expect(calibrationSentence(attribute({ a: 1, b: 1 }))).toBe('On the dashed line a score means what it says.');
    });
});

describe('groups', () => {
    it('keeps the order of the report, or puts the lowest judged rates first', () => {
        const names = (lowestFirst: boolean) => groupsOf(attribute({ a: 0.8, small: 0.1, b: 0.4, c: null }), lowestFirst).map((group) => group.name);
        expect(names(false)).toEqual(['a', 'small', 'b', 'c']);
        expect(names(true)).toEqual(['b', 'a', 'c', 'small']);
    });
    it('sorts by itself when there are more than a screen shows', () => {
        const many = attribute(Object.fromEntries(Array.from({ length: MOST_SHOWN + 6 }, (_, i) => [`g${i}`, 1 - i / 100])));
        expect(groupsOf(many)[0]?.name).toBe(`g${MOST_SHOWN + 5}`);
    });
    it('says why a group is drawn differently', () => {
        expect(groupsOf(attribute({ a: 0.8, small: 0.1, '(missing)': 0.1 })).map((group) => groupNote(group, false))).toEqual(['n = 100 · reference', 'n = 100 · too small to judge', 'n = 100 · not stated']);
    });
    it('knows no extremes of one value', () => {
        expect(extremes(groupsOf(attribute({ a: 0.8, b: null })), (group) => group.selection_rate)).toBeNull();
    });
});

describe('bands', () => {
    const ratio: Finding = { operation: 'disparate_impact', verdict: 'FAIL', measure: 'demographic_parity_ratio', value: 0.5, pass: 0.8, review: 0.7 };
    const difference: Finding = { operation: 'statistical_parity', verdict: 'FAIL', measure: 'statistical_parity_difference', value: 0.4, pass: 0.05, review: 0.1 };
    it('runs from fail to pass for a ratio and the other way for a difference', () => {
        expect(moreIsBetter(ratio)).toBe(true);
        expect(bandsOf(ratio, 0, 1).map((b) => [b.from, b.to, b.verdict])).toEqual([[0, 0.7, 'FAIL'], [0.7, 0.8, 'REVIEW'], [0.8, 1, 'PASS']]);
        expect(bandsOf(difference, 0, 1).map((b) => [b.from, b.to, b.verdict])).toEqual([[0, 0.05, 'PASS'], [0.05, 0.1, 'REVIEW'], [0.1, 1, 'FAIL']]);
    });
    it('leaves out bands that lie outside of the axis, and all without bounds', () => {
        expect(bandsOf(difference, 0, 0.05).map((b) => b.verdict)).toEqual(['PASS']);
        expect(bandsOf({ ...ratio, pass: null }, 0, 1)).toEqual([]);
    });
    it('turns the interval about where the judged number is the size of a negative one', () => {
        const metrics_ci: Record<string, [number, number]> = { statistical_parity_difference: [-0.5, -0.3] };
        const judged = (signed: number) => ({ ...attribute({ a: 1, b: 1 }), eligible: { metrics: { statistical_parity_difference: signed }, metrics_ci } });
        expect(intervalOf(difference, judged(-0.4))).toEqual([0.3, 0.5]);
        expect(intervalOf(difference, judged(0.4))).toEqual([-0.5, -0.3]);
        expect(intervalOf(ratio, judged(0.4))).toBeNull();
    });
});

describe('tables', () => {
    it('shows rounded, and downloads whole', () => {
        expect([cellText(0.123456, 'percent'), cellText(0.123456, 'number'), cellText(12345, 'count'), cellText(null, 'number'), cellText(undefined, 'text')])
            .toEqual(['12.35%', '0.1235', '12,345', '–', '–']);
        expect([cellText(3e-155, 'p'), cellText(0, 'p'), cellText(0.03124, 'p'), cellText(null, 'p')]).toEqual(['< 0.0001', '< 0.0001', '0.0312', '–']);
        const csv = tableCsv({ columns: [{ head: 'Group', as: 'text' }, { head: 'Rate', as: 'percent' }], rows: [['a "b"', 0.123456789], ['=1+1', null]] });
        expect(csv).toBe('"Group","Rate"\r\n"a ""b""",0.123456789\r\n"\'=1+1",\r\n');
    });
});

describe('wrapped', () => {
    it('breaks a name between its words only', () => {
        expect(wrapped('Between group Atkinson index', 19)).toBe('Between group\nAtkinson index');
        expect(wrapped('Incomprehensibilities', 5)).toBe('Incomprehensibilities');
    });
});

describe('drawings', () => {
    it('draws each group, its note, its rate and the line, as SVG without a page', async () => {
        const svg = await selectionSvg(attribute({ women: 0.4, men: 0.8, small: 0.1 }, { reference: 'men' }), 0.8, false);
        for (const part of ['<svg', 'women', 'n = 100 · reference', 'too small to judge', '40.0% ▼', '80.0%', '80% of the highest']) expect(svg).toContain(part);
    });
    it('escapes names', async () => {
        const svg = await selectionSvg(attribute({ '<b>x</b>': 0.4, men: 0.8 }), 0.8, false);
        expect(svg).not.toContain('<b>');
        expect(svg).toContain('&lt;b&gt;');
    });
    it('names files after titles', async () => {
        expect(imageName('Who is right, and who is wronged?')).toBe('who-is-right-and-who-is-wronged');
        expect(await svgOf({ xAxis: {}, yAxis: {}, series: [] }, 100, '#fff')).toContain('<svg');
    });
});
