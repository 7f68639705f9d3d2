import { expect, test } from 'vitest';
import { readSearch } from './search';

test('the address of all leads keeps an organization that is an id', () => {
    const org = '0190a000-0000-7000-8000-000000000001';
    expect(readSearch({ org, status: 'NEW', source: 'elsewhere' })).toEqual({ org, status: 'NEW' });
    expect(readSearch({ org: 'umoja' })).toEqual({});
});
