import type { Attribute, ReliabilityBin } from '@aic/api';
import { formatNumber, formatPercent, t } from '@aic/text';
import { extremes, groupsOf, isNumber } from './groups';

const judgedOf = (attribute: Attribute) => groupsOf(attribute).filter((group) => group.isJudged);

/** What the selection chart shows. `pass` is the ratio to the best group that is asked for. */
export const selectionSentence = (attribute: Attribute, pass: number) => {
    const found = extremes(judgedOf(attribute), (group) => group.selection_rate);
    if (!found) return t('charts.tooFew');
    const { low, high } = found;
    if (high.value === 0) return t('charts.nobody');
    if (low.value === high.value) return t('charts.equal', { rate: formatPercent(low.value) });
    const ratio = low.value / high.value;
    const asked = { pass: formatNumber(pass, 2) };
    return t('charts.selection', {
        low: low.group.name, lowRate: formatPercent(low.value), high: high.group.name, highRate: formatPercent(high.value), ratio: formatNumber(ratio, 2),
        judged: ratio >= pass ? t('charts.within', asked) : t('charts.short', asked),
    });
};

/** Which of several rates differs most between the groups. */
export const spreadSentence = (attribute: Attribute, rates: { name: string; of: Parameters<typeof extremes>[1] }[]) => {
    const spreads = rates.flatMap(({ name, of }) => {
        const found = extremes(judgedOf(attribute), of);
        return found ? [{ name, ...found, spread: found.high.value - found.low.value }] : [];
    });
    const [first, ...rest] = spreads;
    if (!first) return t('charts.tooFew');
    const most = rest.reduce((a, b) => (b.spread > a.spread ? b : a), first);
    if (most.spread === 0) return t('charts.noSpread');
    return t('charts.spread', {
        name: most.name, lowRate: formatPercent(most.low.value), low: most.low.group.name, highRate: formatPercent(most.high.value), high: most.high.group.name,
    });
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
    if (!found) return t('charts.calibrated');
    const { group, value } = found.high;
    const shift = scoreShift(group.calibration?.reliability ?? []);
    const said = { name: group.name, error: formatNumber(value, 3) };
    if (shift === null || Math.abs(shift) < 0.005) return t('charts.calibration', said);
    return shift > 0 ? t('charts.calibrationLow', said) : t('charts.calibrationHigh', said);
};
