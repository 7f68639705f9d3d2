import type { Explained } from './explained';

/** Sixty invented rows of a model whose contributions are written down here, so that a test knows what a chart must say:
    age raises, hours lower but for the old, region is a word, income has gaps, luck does nothing. */
export const fixture = (rows = 60, isProbability = true): Explained => {
    const features = ['age', 'hours', 'region', 'income', 'luck'];
    const one = (i: number) => {
        const age = 18 + (i * 13) % 60;
        const hours = 10 + (i * 7) % 40;
        const region = ['north', 'south', 'east'][i % 3] ?? 'north';
        const income = i % 9 === 0 ? null : 1000 + (i * 317) % 5000;
        const phi = [(age - 47) / 200, (hours - 30) / -300 * (age > 60 ? -1 : 1), { north: 0.04, south: -0.05, east: 0.01 }[region] ?? 0, income === null ? -0.02 : 0.01, 0];
        return { own: [age, hours, region, income, i], phi, prediction: 0.3 + phi.reduce((a, b) => a + b, 0) };
    };
    const all = Array.from({ length: rows }, (_, i) => one(i));
    return { features, base: 0.3, phi: all.map(({ phi }) => phi), predictions: all.map(({ prediction }) => prediction), own: all.map(({ own }) => own), isProbability };
};
