import { expect, test } from 'vitest';
import { readSearch } from './search';

test('the address of payment events knows four outcomes', () => {
    expect(readSearch({ outcome: 'UNMATCHED', page: 2 })).toEqual({ outcome: 'UNMATCHED' });
    expect(readSearch({ outcome: 'OK' })).toEqual({});
});
