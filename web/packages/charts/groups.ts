import type { Attribute, Group, Num } from '@aic/api';
import { formatNumber, t } from '@aic/text';

export interface NamedGroup extends Group {
    name: string;
    isReference: boolean;
    /** Neither small nor missing: takes part in the verdict. */
    isJudged: boolean;
}

/** More bars than this are not looked at, but scrolled past; the table holds them all. */
export const MOST_SHOWN = 24;

const byRate = (a: NamedGroup, b: NamedGroup) => (a.selection_rate ?? 2) - (b.selection_rate ?? 2);

/** The groups of an attribute: in the report's order, or judged ones with the lowest rates first. */
export const groupsOf = (attribute: Attribute, lowestFirst = false): NamedGroup[] => {
    const groups = Object.entries(attribute.groups).map(([name, group]) => ({
        ...group, name, isReference: name === attribute.reference, isJudged: !group.small && !group.missing,
    }));
    if (!lowestFirst && groups.length <= MOST_SHOWN) return groups;
    return groups.sort((a, b) => Number(b.isJudged) - Number(a.isJudged) || byRate(a, b));
};

/** What stands under a group's name: how many people, and why it is drawn differently. */
export const groupNote = (group: NamedGroup, narrow: boolean) => {
    const why = group.missing ? t('word.notStated') : group.small ? (narrow ? t('charts.tooSmallShort') : t('word.tooSmall')) : group.isReference ? t('word.reference') : null;
    const people = t('charts.people', { people: formatNumber(group.count) });
    return why ? `${people} · ${why}` : people;
};

export const isNumber = (value: Num | undefined): value is number => typeof value === 'number';

/** Lowest and highest of the groups that have the rate. */
export const extremes = (groups: NamedGroup[], of: (group: NamedGroup) => Num | undefined) => {
    const known = groups.flatMap((group) => {
        const value = of(group);
        return isNumber(value) ? [{ group, value }] : [];
    });
    const [first, ...rest] = known;
    if (!first || rest.length === 0) return null;
    return {
        low: rest.reduce((a, b) => (b.value < a.value ? b : a), first),
        high: rest.reduce((a, b) => (b.value > a.value ? b : a), first),
    };
};
