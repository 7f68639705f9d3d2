import type { Attribute } from '@aic/api';
import { formatNumber, formatPercent } from '@aic/text';

/** What the selection chart shows, in one sentence. */
export const selectionSentence = (attribute: Attribute, pass: number) => {
    const worst = attribute.worst_group ? attribute.groups[attribute.worst_group] : undefined;
    const best = attribute.best_group ? attribute.groups[attribute.best_group] : undefined;
    if (!worst || !best || attribute.worst_group === attribute.best_group) return 'There are too few groups with enough people to compare.';
    const ratio = worst.selection_rate !== null && best.selection_rate ? worst.selection_rate / best.selection_rate : null;
    const judged = ratio === null ? '' : ratio >= pass ? `, within the ${formatNumber(pass, 2)} that is asked for` : `; at least ${formatNumber(pass, 2)} is asked for`;
    return `${attribute.worst_group ?? ''} is decided favorably in ${formatPercent(worst.selection_rate)} of cases, ${attribute.best_group ?? ''} in ${formatPercent(best.selection_rate)}: a ratio of ${formatNumber(ratio, 2)}${judged}.`;
};
