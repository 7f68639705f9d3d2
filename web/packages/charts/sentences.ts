import type { Attribute, ReliabilityBin } from '@aic/api';
import { formatNumber, formatPercent } from '@aic/text';
import { extremes, groupsOf, isNumber } from './groups';

const judgedOf = (attribute: Attribute) => groupsOf(attribute).filter((group) => group.isJudged);

/** What the selection chart shows. `pass` is the ratio to the best group that is asked for. */
export const selectionSentence = (attribute: Attribute, pass: number) => {
    const found = extremes(judgedOf(attribute), (group) => group.selection_rate);
    if (!found) return 'Fewer than two groups have enough people to be compared.';
    const { low, high } = found;
    if (high.value === 0) return 'Nobody is decided favorably, so there is nothing to compare.';
    if (low.value === high.value) return `All groups are decided favorably equally often, in ${formatPercent(low.value)} of cases.`;
    const ratio = low.value / high.value;
    const judged = ratio >= pass ? `within the ${formatNumber(pass, 2)} asked for` : `short of the ${formatNumber(pass, 2)} asked for`;
    return `${low.group.name} is decided favorably in ${formatPercent(low.value)} of cases, ${high.group.name} in ` +
        `${formatPercent(high.value)}: ${formatNumber(ratio, 2)} times as often, ${judged}.`;
};

/** Which of several rates differs most between the groups. */
export const spreadSentence = (attribute: Attribute, rates: { name: string; of: Parameters<typeof extremes>[1] }[]) => {
    const spreads = rates.flatMap(({ name, of }) => {
        const found = extremes(judgedOf(attribute), of);
        return found ? [{ name, ...found, spread: found.high.value - found.low.value }] : [];
    });
    const [first, ...rest] = spreads;
    if (!first) return 'Fewer than two groups have enough people to be compared.';
    const most = rest.reduce((a, b) => (b.spread > a.spread ? b : a), first);
    if (most.spread === 0) return 'The groups do not differ in any of these rates.';
    return `The groups differ most in the ${most.name}: ${formatPercent(most.low.value)} for ${most.low.group.name}, ` +
        `${formatPercent(most.high.value)} for ${most.high.group.name}.`;
};

/** Mean of what came true minus what the score said, over the bins: above 0, the score was too low. */
export const scoreShift = (bins: ReliabilityBin[]) => {
    let count = 0;
    let sum = 0;
    for (const bin of bins) {
        if (!isNumber(bin.mean_label) || !isNumber(bin.mean_score)) continue;
        count += bin.count;
        sum += bin.count * (bin.mean_label - bin.mean_score);
    }
    return count === 0 ? null : sum / count;
};

export const calibrationSentence = (attribute: Attribute) => {
    const found = extremes(judgedOf(attribute), (group) => group.expected_calibration_error);
    if (!found) return 'On the dashed line a score means what it says.';
    const { group, value } = found.high;
    const shift = scoreShift(group.calibration?.reliability ?? []);
    const way = shift === null || Math.abs(shift) < 0.005 ? '' : shift > 0 ? ', mostly too low' : ', mostly too high';
    return `On the dashed line a score means what it says. For ${group.name} it is off by ${formatNumber(value, 3)} on average${way}.`;
};
