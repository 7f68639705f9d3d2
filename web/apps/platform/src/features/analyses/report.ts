import type { Attribute, Interval, Num, Remark, Report, Test } from '@aic/api';
import type { Finding, JudgedAttribute } from '@aic/charts';
import { metricKeys, t } from '@aic/text';

/** A pair of groups: the first has the higher selection rate. */
export interface Pair {
    first: string;
    second: string;
    difference: Num;
    ratio: Num;
    statistic: Num;
    p_value: Num;
    p_value_holm: Num;
    cohens_h: Num;
}

/** Everything a report says about an attribute. What is optional here may be missing from reports of older engines. */
export interface FullAttribute extends JudgedAttribute {
    columns?: string[];
    pairs?: Pair[];
    epsilon_fairness?: {
        smoothed: Num;
        unsmoothed: Num;
        least_ratio: Num;
        greatest_ratio: Num;
        violations: { first: string; second: string; outcome: string; ratio: Num }[];
    };
    inequality?: Record<string, unknown> | null;
    reference_vs_rest?: Record<string, unknown> | null;
    fairlearn?: Record<string, Num>;
    reweighing_weights?: Record<string, number>;
}

export interface Settings {
    threshold: Num;
    bootstrap: Num;
    confidence: Num;
    min_group_size: Num;
    use_case: string | null;
    thresholds: Record<string, Num>;
}

export interface FullReport extends Report {
    attributes: Record<string, FullAttribute>;
    intersectional?: FullAttribute | null;
    columns?: { protected: string[]; label: string | null; prediction: string | null; score: string | null; decided_by: string };
    settings?: Settings;
}

export type { Attribute, Finding, Interval, Num, Remark, Test };

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const absent = (value: unknown) => value === undefined || value === null;
const isList = (value: unknown, of: (item: unknown) => boolean) => Array.isArray(value) && value.every(of);
const isRemark = (value: unknown) => isRecord(value) && typeof value.message === 'string' && typeof value.code === 'string';
const isFinding = (value: unknown) => isRecord(value) && typeof value.measure === 'string' && typeof value.verdict === 'string';
const isPair = (value: unknown) => isRecord(value) && typeof value.first === 'string' && typeof value.second === 'string';

const isAttribute = (value: unknown): value is FullAttribute =>
    isRecord(value) && isRecord(value.groups) && Object.values(value.groups).every((group) => isRecord(group) && typeof group.count === 'number') &&
    isRecord(value.metrics) && isRecord(value.tests) && typeof value.verdict === 'string' && isList(value.reasons, isRemark) &&
    (absent(value.notes) || isList(value.notes, isRemark)) && (absent(value.findings) || isList(value.findings, isFinding)) &&
    (absent(value.pairs) || isList(value.pairs, isPair)) && (absent(value.eligible) || (isRecord(value.eligible) && isRecord(value.eligible.metrics))) &&
    (absent(value.epsilon_fairness) || (isRecord(value.epsilon_fairness) && Array.isArray(value.epsilon_fairness.violations)));

const isReport = (value: unknown): value is FullReport =>
    isRecord(value) && typeof value.verdict === 'string' && typeof value.rows === 'number' && typeof value.dropped_rows === 'number' &&
    isRecord(value.attributes) && Object.values(value.attributes).every(isAttribute) &&
    (absent(value.intersectional) || isAttribute(value.intersectional)) && isList(value.reasons, isRemark) && Array.isArray(value.gates) &&
    (absent(value.columns) || (isRecord(value.columns) && Array.isArray(value.columns.protected))) &&
    (absent(value.settings) || (isRecord(value.settings) && isRecord(value.settings.thresholds)));

/** A report as the server or the record gives it, looked at before it is believed. */
export const readReport = (value: unknown): FullReport => {
    if (isReport(value)) return value;
    throw new Error(t('report.unknownForm'));
};

/** In the order in which they were asked for: the record keeps its keys sorted. */
const attributesOf = (report: FullReport) => {
    const place = (name: string) => report.columns?.protected.indexOf(name) ?? 0;
    return Object.entries(report.attributes).sort(([a], [b]) => place(a) - place(b));
};

const metricPlace = (name: string) => (metricKeys.includes(name) ? metricKeys.indexOf(name) : metricKeys.length);

/** The metrics of an attribute, those that people ask for first. */
export const metricsOf = (attribute: FullAttribute) => Object.entries(attribute.metrics).sort(([a], [b]) => metricPlace(a) - metricPlace(b));

/** The attributes of a report with the intersection, if there is one, as the last. */
export const sectionsOf = (report: FullReport) => [
    ...attributesOf(report).map(([name, attribute]) => ({ name, attribute, isCombined: false })),
    ...(report.intersectional ? [{ name: (report.intersectional.columns ?? []).join(' & ') || t('report.combinationsName'), attribute: report.intersectional, isCombined: true }] : []),
];
export type Section = ReturnType<typeof sectionsOf>[number];

/** The ratio to the best group that the report's policy asks for. */
export const passOf = (report: FullReport) => report.settings?.thresholds.impact_ratio_pass ?? 0.8;

/** The texts of a list that came as unchecked JSON. */
export const textsOf = (value: unknown) => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);
