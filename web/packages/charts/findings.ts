import type { Attribute, Interval, Num, Verdict } from '@aic/api';

/** The verdict of one rule: the number judged and the bounds it was judged by. */
export interface Finding {
    operation: string;
    verdict: Verdict;
    measure: string;
    value: Num;
    pass: Num;
    review: Num;
}

/** What a report says about an attribute beyond the shape that all clients share. */
export interface JudgedAttribute extends Attribute {
    findings?: Finding[];
    /** The same scalars over the groups that are judged. */
    eligible?: { metrics: Record<string, Num>; metrics_ci?: Record<string, Interval> };
}

/** A ratio passes at or above its bound; everything else at or below. */
export const moreIsBetter = ({ pass, review }: Finding) => pass !== null && review !== null && pass > review;

export interface Band {
    from: number;
    to: number;
    verdict: 'PASS' | 'REVIEW' | 'FAIL';
}

/** Where on an axis from `least` to `most` the verdict of a rule changes. */
export const bandsOf = (finding: Finding, least: number, most: number): Band[] => {
    const { pass, review } = finding;
    if (pass === null || review === null) return [];
    const bands: Band[] = moreIsBetter(finding)
        ? [{ from: least, to: review, verdict: 'FAIL' }, { from: review, to: pass, verdict: 'REVIEW' }, { from: pass, to: most, verdict: 'PASS' }]
        : [{ from: least, to: pass, verdict: 'PASS' }, { from: pass, to: review, verdict: 'REVIEW' }, { from: review, to: most, verdict: 'FAIL' }];
    return bands
        .map((band) => ({ ...band, from: Math.max(band.from, least), to: Math.min(band.to, most) }))
        .filter((band) => band.to > band.from);
};

/** The interval of the number judged. A rule judges the size of a difference; where the measure itself is negative its
    interval is turned about with it. */
export const intervalOf = (finding: Finding, attribute: JudgedAttribute): [number, number] | null => {
    const [low, high] = attribute.eligible?.metrics_ci?.[finding.measure] ?? [];
    if (typeof low !== 'number' || typeof high !== 'number' || finding.value === null) return null;
    const signed = attribute.eligible?.metrics[finding.measure] ?? 0;
    return signed < 0 && finding.value > 0 ? [-high, -low] : [low, high];
};
