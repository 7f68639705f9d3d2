import { describe, expect, test } from 'vitest';
import { changesOf, isMasked, words } from './changes';
import { auditQuery, isFiltered, readSearch, startOfDay } from './search';

describe('the address of the audit log', () => {
    test('keeps what it knows and drops the rest', () => {
        expect(readSearch({ event: 'login', outcome: 'REFUSED', q: 'x', from: '2026-03-06', page: 3, actor: '' })).toEqual({ event: 'login', outcome: 'REFUSED', q: 'x', from: '2026-03-06' });
    });
    test('drops an outcome and days that do not exist', () => {
        expect(readSearch({ outcome: 'MAYBE', from: 'yesterday', to: '2026-02-30' })).toEqual({});
    });
    test('takes a search that looks like a number as the text it is', () => {
        expect(readSearch({ q: 403 }).q).toBe('403');
    });
    test('asks for whole days of the reader, the last one included', () => {
        const query = auditQuery({ from: '2026-03-06', to: '2026-03-06' });
        expect(new Date(query.to ?? 0).getTime() - new Date(query.from ?? 0).getTime()).toBe(24 * 3600 * 1000);
        expect(startOfDay('2026-12-31', 1)).toBe(new Date(2027, 0, 1).toISOString());
    });
    test('an open row is no filter', () => {
        expect(isFiltered({ entry: 'x' })).toBe(false);
        expect(isFiltered({ entry: 'x', ip: '::1' })).toBe(true);
    });
});

describe('what changed', () => {
    test('names each field once, with both sides', () => {
        expect(changesOf({ name: 'A', tier: null }, { name: 'B', tier: 'TIER_1' })).toEqual([
            { field: 'name', before: 'A', after: 'B' },
            { field: 'tier', before: null, after: 'TIER_1' },
        ]);
    });
    test('a creation has nothing before it, and fields that stayed empty are left out', () => {
        expect(changesOf(null, { status: 'DRAFT', sector: null })).toEqual([{ field: 'status', before: null, after: 'DRAFT' }]);
        expect(changesOf(null, null)).toEqual([]);
    });
    test('numbers, truths and lists are written out', () => {
        expect(changesOf({ a: 1, b: false }, { a: 2, b: [1] }).map((c) => [c.before, c.after])).toEqual([['1', '2'], ['false', '[1]']]);
    });
    test('a mask is known as one', () => {
        expect(isMasked('***')).toBe(true);
        expect(isMasked('**')).toBe(false);
    });
    test('an event without a text of its own is readable', () => {
        expect(words('key_rotated')).toBe('Key rotated');
        expect(words('user.role')).toBe('User role');
    });
});
