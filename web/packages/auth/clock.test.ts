import { expect, test } from 'vitest';
import { clockOf } from './clock';

test('a countdown reads as a clock', () => {
    expect([0, 5, 60, 872, 3599, 3600, 3605].map(clockOf)).toEqual(['0:00', '0:05', '1:00', '14:32', '59:59', '1:00:00', '1:00:05']);
});
