import { describe, expect, it } from 'vitest';
import { inks } from '../colors';
import { svgOf } from '../image';
import { dotsOf, drawBeeswarm } from './BeeswarmChart';
import { changedOf, type Counterfactuals, counterfactualSentence, counterfactualTable, touchedOf } from './counterfactuals';
import { dependenceDots } from './DependenceChart';
import { effectSentence } from './EffectChart';
import { contributionsOf, directionOf, type Explained, importancesOf, largest, pairsOf, partnerOf, ranks, shades, spreadRows, swarm } from './explained';
import { fixture } from './fixture';
import { drawForce, segmentsOf } from './ForceChart';
import { drawImportance } from './ImportanceChart';
import { contributionTable, drawWaterfall, stepsOf } from './WaterfallChart';
import { amount, change, dependenceSentence, importanceSentence, ownText, rowSentence, swarmSentence } from './words';

const others = (count: number) => `${count} others`;
const wide = (features: number): Explained => ({
    features: Array.from({ length: features }, (_, i) => `f${i}`), base: 1, predictions: [1 + (features * (features - 1)) / 2],
    phi: [Array.from({ length: features }, (_, i) => i)], own: [Array.from({ length: features }, () => 1)], isProbability: false,
});

describe('contributions of a row', () => {
    it('come with the largest first, whichever way they go', () => {
        expect(contributionsOf(fixture(), 0).map(({ name }) => name)).toEqual(['age', 'hours', 'region', 'income', 'luck']);
    });
    it('keep ten and put the rest together, but never a single one', () => {
        expect(largest(contributionsOf(wide(11), 0), 10, others)).toHaveLength(11);
        const shown = largest(contributionsOf(wide(13), 0), 10, others);
        expect(shown.at(-1)).toEqual({ feature: -1, name: '3 others', own: null, phi: 0 + 1 + 2 });
    });
});

describe('waterfall', () => {
    it('runs from the base to the prediction, each step from where the last ended', () => {
        const e = fixture();
        const steps = stepsOf(e, 3);
        expect(steps[0]?.from).toBe(e.base);
        for (const [i, step] of steps.slice(1, -1).entries()) expect(step.from).toBe(steps[i]?.to);
        expect(steps.at(-2)?.to).toBeCloseTo(e.predictions[3] ?? NaN, 12);
        expect(steps.at(-1)?.to).toBe(e.predictions[3]);
    });
    it('says in its table every feature, also those that are drawn together', () => {
        expect(contributionTable(wide(13), 0).rows).toHaveLength(13);
    });
});

describe('force view', () => {
    it('pushes up to the prediction from the left and down from the right', () => {
        const e = fixture();
        const prediction = e.predictions[5] ?? NaN;
        for (const { contribution, from, to } of segmentsOf(e, 5)) {
            if (contribution.phi > 0) expect(Math.max(from, to)).toBeLessThanOrEqual(prediction + 1e-12);
            else expect(Math.min(from, to)).toBeGreaterThanOrEqual(prediction - 1e-12);
        }
        expect(segmentsOf(e, 5).some(({ contribution }) => contribution.name === 'luck')).toBe(false);
    });
});

describe('importance', () => {
    it('is the mean size over the rows, with an interval about it and a direction', () => {
        const all = importancesOf(fixture());
        expect(all[0]).toMatchObject({ name: 'age', direction: 'rises' });
        expect(all.find(({ name }) => name === 'region')?.direction).toBe('words');
        expect(all.at(-1)).toMatchObject({ name: 'luck', value: 0, direction: 'none' });
        for (const { value, interval } of all) {
            expect(interval?.[0]).toBeLessThanOrEqual(value);
            expect(interval?.[1]).toBeGreaterThanOrEqual(value);
        }
    });
    it('has no interval over a single row', () => {
        expect(importancesOf(fixture(1))[0]?.interval).toBeNull();
    });
    it('knows both ways, and ignores missing values', () => {
        expect(directionOf([1, 2, null, 4], [0.4, 0.3, 9, 0.1])).toBe('falls');
        expect(directionOf([1, 2, 3, 4], [1, -1, -1, 1])).toBe('mixed');
    });
});

describe('dots', () => {
    it('share a rank when they share a value', () => {
        expect(ranks([5, 1, 5, 9])).toEqual([0.5, 0, 0.5, 1]);
        expect(ranks([3])).toEqual([0.5]);
        expect(shades([3, null, 'x', 1])).toEqual([1, null, null, 0]);
    });
    it('of equal place go up and down, within their line', () => {
        const offsets = swarm([0, 0, 0, 1], 10, 15);
        expect(new Set(offsets.slice(0, 3)).size).toBe(3);
        expect(offsets[3]).toBe(0);
        for (const offset of swarm(new Array<number>(999).fill(2), 10, 15)) expect(Math.abs(offset)).toBeLessThanOrEqual(15);
    });
    it('are of rows that are spread evenly when there are too many', () => {
        expect(spreadRows(3)).toEqual([0, 1, 2]);
        expect(spreadRows(1000, 4)).toEqual([0, 250, 500, 750]);
    });
    it('mark what is missing, and have no shade for words', () => {
        const e = fixture();
        const dots = dotsOf(e, importancesOf(e));
        expect(dots.filter(({ isMissing }) => isMissing)).toHaveLength(7);
        expect(dots.filter(({ shade, isMissing }) => shade === null && !isMissing)).toHaveLength(60);
    });
    it('without a value have no place on the axis of a dependence', () => {
        const dots = dependenceDots(fixture(), 3, 0);
        expect(dots).toHaveLength(53);
        expect(dots[0]?.text).toMatch(/^Row 2: income = 1317\n.*\nage = 31$/);
    });
});

describe('interactions', () => {
    const withPair = (): Explained => {
        const e = fixture(4);
        const zeros = () => e.features.map(() => e.features.map(() => 0));
        const interactions = e.phi.map(() => zeros().map((row, a) => row.map((_, b) => ((a === 0 && b === 2) || (a === 2 && b === 0) ? 0.05 : 0))));
        return { ...e, interactions };
    };
    it('count both halves of a pair, the strongest first', () => {
        const [first] = pairsOf(withPair());
        expect([first?.a, first?.b]).toEqual([0, 2]);
        expect(first?.strength).toBeCloseTo(0.1);
        expect(pairsOf(fixture())).toEqual([]);
    });
    it('name the partner, or let the contributions tell it', () => {
        expect(partnerOf(withPair(), 2)).toBe(0);
        expect(partnerOf(fixture(400), 1)).toBe(0);
        expect(partnerOf({ ...fixture(), features: ['age'] }, 0)).toBeNull();
    });
});

describe('words', () => {
    it('say probabilities in percent and their changes in points', () => {
        expect([amount(0.724, true), amount(-1.2345, false), change(-0.06, true), change(0.0421, false)]).toEqual(['72.4%', '-1.235', '−6.0 pts', '+0.042']);
        expect([ownText(1984), ownText(null), ownText('north')]).toEqual(['1984', 'not given', 'north']);
    });
    it('tell a row', () => {
        const e = fixture();
        expect(rowSentence(e, 0, contributionsOf(e, 0))).toBe('Row 1 is predicted 24.2%; the starting point is 30.0%. Raised most by hours = 10 (+6.7 pts) and region = north (+4.0 pts). Lowered most by age = 18 (−14.5 pts) and income = not given (−2.0 pts).');
    });
    it('tell what matters and which way', () => {
        const all = importancesOf(fixture());
        expect(importanceSentence(all, 60, true)).toMatch(/^Over 60 rows age moves the prediction the most, by \d+\.\d pts on average; next come \w+ and \w+\.$/);
        expect(importanceSentence([], 0, true)).toBe('No feature moves the prediction.');
        expect(swarmSentence(all)).toContain('High values of age raise the prediction');
    });
    it('tell a dependence by its ends, or by its words', () => {
        const e = fixture();
        expect(dependenceSentence('age', e.own.map((row) => row[0] ?? null), e.phi.map((row) => row[0] ?? 0), true)).toMatch(/^At the low end of age \(18\) .*−\d+\.\d pts on average, at the high end \(77\) by \+/);
        expect(dependenceSentence('region', ['a', 'b', null], [0.1, -0.2, 5], true)).toBe('Of region, b moves the prediction by −20.0 pts on average, a by +10.0 pts.');
    });
    it('tell an effect', () => {
        expect(effectSentence({ name: 'age', isProbability: true, grid: [20, 40], average: [0.2, 0.5], rows: [] })).toBe('On average the prediction goes from 20.0% at age = 20 to 50.0% at 40.');
        expect(effectSentence({ name: 'age', isProbability: true, grid: [20, 40, 60], average: [0.5, 0.3, 0.1], rows: [] })).toBe('On average the prediction goes from 50.0% at age = 20 to 10.0% at 60.');
        expect(effectSentence({ name: 'age', isProbability: true, grid: [20, 40], average: [0.2, 0.2], rows: [] })).toBe('age changes nothing on average.');
    });
});

describe('counterfactuals', () => {
    const all: Counterfactuals = {
        features: ['age', 'hours', 'region'], own: [30, 40, 'north'], prediction: 0.4, isProbability: true, row: 0, reason: null,
        found: [{ values: [30, 45, 'north'], prediction: 0.55, cost: 1 }, { values: [30, 42, 'south'], prediction: 0.6, cost: 2 }],
    };
    it('show only what changes', () => {
        expect(all.found.map((one) => changedOf(all.own, one))).toEqual([[1], [1, 2]]);
        expect(touchedOf(all)).toEqual([1, 2]);
    });
    it('say it', () => {
        expect(all.found.map((one) => counterfactualSentence(all, one))).toEqual([
            'Had hours been 45 instead of 40, the prediction would have been 55.0% instead of 40.0%.',
            'Had hours been 42 instead of 40 and region been south instead of north, the prediction would have been 60.0% instead of 40.0%.',
        ]);
    });
    it('are downloaded whole', () => {
        expect(counterfactualTable(all).rows[1]).toEqual(['Possibility 1', '30', '45', 'north', 0.55]);
    });
});

describe('drawings', () => {
    const e = fixture();
    const shown = importancesOf(e);
    it.each([false, true])('are SVG with names, own values and numbers (dark: %s)', async (dark) => {
        const colors = inks(dark);
        const waterfall = await svgOf(drawWaterfall(stepsOf(e, 0), true)(colors, false), 400, colors.ground);
        for (const part of ['age', '= 18', '−14.5 pts', 'Starting point', 'Prediction', '24.2%']) expect(waterfall).toContain(part);
        expect(await svgOf(drawForce(e, 0, segmentsOf(e, 0))(colors, false), 146, colors.ground)).toContain('Prediction 24.2%');
        const bars = await svgOf(drawImportance(shown, true, (value) => String(value))(colors, true), 300, colors.ground);
        expect(bars).toContain('higher raises');
        const swarmed = await svgOf(drawBeeswarm(dotsOf(e, shown), shown, true)(colors, false), 300, colors.ground);
        for (const part of ['low value', 'high value', 'region']) expect(swarmed).toContain(part);
    });
});
