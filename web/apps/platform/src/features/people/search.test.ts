import { expect, test } from 'vitest';
import { readSearch } from './search';

test('an address says what it means, and nothing else', () => {
    expect(readSearch({ q: 'ada', role: 'ADMIN', status: 'LOCKED', person: 'x', invites: 'all' })).toEqual({ q: 'ada', role: 'ADMIN', status: 'LOCKED', person: 'x', invites: 'all' });
    expect(readSearch({ q: '', role: 'BOSS', status: 7, person: ['x'], invites: 'some' })).toEqual({});
});
