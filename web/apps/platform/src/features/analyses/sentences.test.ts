import { describe, expect, it } from 'vitest';
import { attribute, report } from './fixture';
import { metricsOf, readReport, sectionsOf } from './report';
import { contrastOf, generalNotes, headline, leadingSection, remarkText } from './sentences';

const passed = attribute({ verdict: 'PASS', worst_group: 'f', best_group: 'f', shortfall: 0, reasons: [], notes: [] });

describe('headline', () => {
    it('says what it means, then the widest contrast with its numbers', () => {
        expect(headline(report())).toBe(
            'Groups are not treated alike. By sex, f is decided favorably in 40.0% of 100 cases, m in 80.0%, 0.50 times as often (at least 0.80 is asked for).');
    });
    it('follows the policy that the report was judged by', () => {
        const settings = { threshold: 0.5, bootstrap: 0, confidence: 0.95, min_group_size: 30, use_case: 'finance', thresholds: { impact_ratio_pass: 0.9 } };
        expect(headline(report({ settings }))).toContain('at least 0.90 is asked for');
    });
    it.each([
        ['PASS', 'No group is treated clearly worse than another.'], ['INSUFFICIENT_DATA', 'There is not enough data to compare groups.'],
    ] as const)('says of %s only what is known', (verdict, sentence) => {
        expect(headline(report({ verdict, attributes: { sex: attribute({ verdict, worst_group: null, best_group: null }) } }))).toBe(sentence);
    });
    it('survives a report without attributes', () => {
        expect(headline(report({ verdict: 'INSUFFICIENT_DATA', attributes: {} }))).toBe('There is not enough data to compare groups.');
    });
});

describe('leadingSection', () => {
    const name = (...args: Parameters<typeof leadingSection>) => leadingSection(...args)?.name;
    it('is the most severe attribute, whatever its place', () => {
        expect(name(report({ attributes: { age: passed, sex: attribute() } }))).toBe('sex');
    });
    it('is, of two that fail, the one with the lower ratio', () => {
        const milder = attribute({ groups: { ...attribute().groups, f: { count: 100, selection_rate: 0.7, small: false, missing: false } } });
        expect(name(report({ attributes: { age: milder, sex: attribute() } }))).toBe('sex');
    });
    it('is the combination only when it is more severe than its parts', () => {
        const combined = attribute({ columns: ['age', 'sex'] });
        expect(name(report({ intersectional: combined }))).toBe('sex');
        expect(name(report({ attributes: { sex: passed }, intersectional: combined }))).toBe('age & sex');
    });
});

describe('contrastOf', () => {
    it('gives counts and intervals of lowest and highest', () => {
        const [section] = sectionsOf(report());
        expect(section && contrastOf(section)).toEqual({
            worst: { name: 'f', count: 100, rate: 0.4, interval: '31.0% to 50.0%' }, best: { name: 'm', count: 200, rate: 0.8, interval: '74.0% to 85.0%' }, ratio: 0.5,
        });
    });
    it('is null where nobody was decided favorably in a known group, or the groups are one', () => {
        const [section] = sectionsOf(report({ attributes: { sex: passed } }));
        expect(section && contrastOf(section)).toBeNull();
    });
});

describe('texts', () => {
    it('shows a remark without the name it stands under', () => {
        expect(remarkText({ code: 'X', message: 'sex: the ratio is low.' }, 'sex')).toBe('The ratio is low.');
        expect(remarkText({ code: 'X', message: 'sex & race: the ratio is low.' }, 'sex')).toBe('Sex & race: the ratio is low.');
    });
    it('does not repeat the notes of attributes', () => {
        expect(generalNotes(report()).map((note) => note.code)).toEqual(['NO_SCORE']);
    });
});

describe('order', () => {
    it('is that of the request for attributes, though the record sorts its keys', () => {
        const columns = { protected: ['sex', 'age'], label: null, prediction: 'hired', score: null, decided_by: 'prediction' };
        expect(sectionsOf(report({ attributes: { age: passed, sex: attribute() }, columns })).map(({ name }) => name)).toEqual(['sex', 'age']);
    });
    it('puts the metrics that people ask for first', () => {
        const metrics = { atkinson_index: 0.1, coefficient_of_variation: 0.2, disparate_impact: 0.5 };
        expect(metricsOf(attribute({ metrics })).map(([name]) => name)).toEqual(['disparate_impact', 'atkinson_index', 'coefficient_of_variation']);
    });
});

describe('readReport', () => {
    it('takes what has the shape of a report', () => {
        expect(readReport(JSON.parse(JSON.stringify(report())))).toEqual(report());
    });
    it.each([null, [], 'report', {}, { ...report(), attributes: { sex: { groups: {} } } }, { ...report(), gates: null }, { ...report(), attributes: { sex: { ...attribute(), pairs: [1] } } }])(
        'refuses %#', (value) => {
            expect(() => readReport(value)).toThrow('not in a form');
        });
});
