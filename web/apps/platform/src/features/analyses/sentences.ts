import type { Verdict } from '@aic/api';
import { formatInterval, formatNumber, formatPercent, t } from '@aic/text';
import { type FullReport, passOf, type Remark, type Section, sectionsOf } from './report';

const severity: Record<Verdict, number> = { FAIL: 3, REVIEW: 2, INSUFFICIENT_DATA: 1, PASS: 0 };

const ratioOf = ({ attribute }: Section) => {
    const worst = attribute.worst_group ? attribute.groups[attribute.worst_group]?.selection_rate : null;
    const best = attribute.best_group ? attribute.groups[attribute.best_group]?.selection_rate : null;
    return typeof worst === 'number' && typeof best === 'number' && best > 0 ? worst / best : null;
};

/** The section that the overall verdict comes from: the most severe one, and of these the one with the lowest ratio.
    Single attributes come before their combination, which says the same again. */
export const leadingSection = (report: FullReport): Section | null => {
    const order = (section: Section) => [severity[section.attribute.verdict], section.isCombined ? 0 : 1, 1 - (ratioOf(section) ?? 1)];
    const [first, ...rest] = sectionsOf(report);
    if (!first) return null;
    return rest.reduce((best, section) => {
        const [a, b] = [order(best), order(section)];
        const at = a.findIndex((value, i) => value !== b[i]);
        return at >= 0 && (b[at] ?? 0) > (a[at] ?? 0) ? section : best;
    }, first);
};

export interface Standing {
    name: string;
    count: number;
    rate: number;
    interval: string;
}

const standing = ({ attribute }: Section, name: string | null | undefined): Standing | null => {
    const group = name ? attribute.groups[name] : undefined;
    if (!name || typeof group?.selection_rate !== 'number') return null;
    return { name, count: group.count, rate: group.selection_rate, interval: formatInterval(group.ci?.selection_rate, true) };
};

/** Lowest against highest judged group; null when there are no two to compare. */
export const contrastOf = (section: Section) => {
    const worst = standing(section, section.attribute.worst_group);
    const best = standing(section, section.attribute.best_group);
    return worst && best && worst.name !== best.name ? { worst, best, ratio: ratioOf(section) } : null;
};

/** The report in one breath: what it means, then the widest contrast with its numbers. */
export const headline = (report: FullReport): string => {
    const section = leadingSection(report);
    const found = section && contrastOf(section);
    const opening = t(`report.opening${report.verdict}`);
    if (!section || !found) return opening;
    const { worst, best, ratio } = found;
    const said = {
        opening, attribute: section.name, worst: worst.name, worstRate: formatPercent(worst.rate), people: formatNumber(worst.count), best: best.name, bestRate: formatPercent(best.rate),
    };
    if (ratio === null) return t('report.headline', said);
    return t('report.headlineRatio', { ...said, ratio: formatNumber(ratio, 2), pass: formatNumber(passOf(report), 2) });
};

/** A remark without the name of the attribute it is shown under. */
export const remarkText = (remark: Remark, name: string) => {
    const text = remark.message.startsWith(`${name}: `) ? remark.message.slice(name.length + 2) : remark.message;
    return text.charAt(0).toUpperCase() + text.slice(1);
};

/** Notes about the whole, without those that are repeated under an attribute. */
export const generalNotes = (report: FullReport) => {
    const below = new Set(sectionsOf(report).flatMap(({ attribute }) => (attribute.notes ?? []).map((note) => note.message)));
    return (report.notes ?? []).filter((note) => !below.has(note.message));
};
