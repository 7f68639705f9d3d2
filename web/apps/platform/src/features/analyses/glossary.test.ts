import { metricKeys, metricName, metricOf } from '@aic/text';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRecord, metricsOf, readReport, sectionsOf } from './report';
import written from './report.fixture.json';

// `aic analyze --json` of 240 invented rows with a decision, a truth and a score, so that every measure has a value.
const report = readReport(written);
const unknown = (names: string[]) => [...new Set(names)].filter((name) => metricOf(name) === null);

/** The keys of a list of groups that hold one number. */
const figures = (groups: Record<string, unknown>) =>
    Object.values(groups).flatMap((group) => (isRecord(group) ? Object.entries(group).filter(([, value]) => typeof value === 'number').map(([key]) => key) : []));

const counts = ['count', 'selected', 'tp', 'fp', 'tn', 'fn'];

describe('glossary', () => {
    it('has every metric of a report', () => {
        const names = sectionsOf(report).flatMap(({ attribute }) => metricsOf(attribute).map(([name]) => name));
        expect(names.length).toBeGreaterThan(20);
        expect(unknown(names)).toEqual([]);
    });
    it('has what each rule judges, each rate of a group, and each comparison with the reference group', () => {
        for (const { attribute } of sectionsOf(report)) {
            expect(unknown((attribute.findings ?? []).map((finding) => finding.measure))).toEqual([]);
            expect(unknown(figures(attribute.groups).filter((name) => !counts.includes(name)))).toEqual([]);
            expect(unknown(figures(attribute.against_reference ?? {}))).toEqual([]);
        }
    });
    it('has every measure that the engine knows', () => {
        const source = readFileSync(join(import.meta.dirname, '../../../../../../src/engine/fairness/measures.c'), 'utf8');
        const names = [...source.matchAll(/\[(?:MEASURE|RATE|CONTRAST)_\w+\] = "(\w+)"/g)].map(([, name = '']) => name);
        expect(names.length).toBeGreaterThan(40);
        expect(unknown(names)).toEqual([]);
    });
    it('leaves nothing unsaid', () => {
        for (const key of metricKeys) for (const text of Object.values(metricOf(key) ?? {})) expect(text).not.toMatch(/^$|^metric\./);
    });
    it('makes a name of a figure that it does not know', () => {
        expect(metricOf('toString')).toBeNull();
        expect(metricName('some_new_figure')).toBe('Some new figure');
    });
});
