import { describe, expect, test } from 'vitest';
import { changesOf, isMasked, words } from './changes';
import type { AuditEntry } from '@aic/api';
import { readSaved, withSaved } from './saved';
import { auditQuery, filtersOf, isFiltered, readSearch, startOfDay } from './search';
import type { AuditPage } from './source';
import { addTo, startOfLook, type Tail } from './tail';

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
    test('persons, organizations and subjects are ids, and nothing else', () => {
        const id = '0190a000-0000-7000-8000-000000000001';
        expect(readSearch({ actor: id, org: id, subject: 'x', entry: 'y' })).toEqual({ actor: id, org: id });
        expect(auditQuery({ actor: id, org: id })).toMatchObject({ actor_id: id, org_id: id });
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

describe('searches by name', () => {
    test('keep filters without the open row, one of a name, in the order of names', () => {
        const all = withSaved(withSaved(withSaved([], 'b', { ip: '::1', entry: 'x' }), 'a', { q: '1' }), 'b', { ip: '::2' });
        expect(all.map((one) => [one.name, one.search.ip])).toEqual([['a', undefined], ['b', '::2']]);
        expect(filtersOf({ ip: '::1', entry: 'x' })).toEqual({ ip: '::1' });
    });
    test('what this browser kept in another form is left out', () => {
        expect(readSaved('no json')).toEqual([]);
        expect(readSaved('{}')).toEqual([]);
        expect(readSaved(null)).toEqual([]);
        expect(readSaved('[1, {"name": 2}, {"name": "a", "search": {"outcome": "MAYBE", "ip": "::1"}}]')).toEqual([{ name: 'a', search: { ip: '::1' } }]);
    });
});

describe('the live tail', () => {
    const row = (id: string, second: number, request = id) => ({ id, at: `2026-03-06T10:00:0${String(second)}.000000Z`, request_id: request }) as AuditEntry;
    const page = (items: AuditEntry[], more: Partial<AuditPage> = {}): AuditPage => ({ items, next_cursor: null, searchedBackTo: null, requestId: null, ...more });
    const nothing: Tail = { rows: [], missed: false, own: [] };

    test('shows each row once, newest first, also one that came late', () => {
        const first = addTo(nothing, page([row('c', 3), row('a', 1)]), (id) => id === 'a');
        const second = addTo(first, page([row('d', 4), row('c', 3), row('b', 2)]), () => false);
        expect(second.rows.map((one) => one.id)).toEqual(['d', 'c', 'b']);
    });
    test('does not show what its own looks wrote, in this look and in the next', () => {
        const first = addTo(nothing, page([row('a', 1, 'look-1'), row('b', 1)], { requestId: 'look-1' }), () => false);
        const second = addTo(first, page([row('c', 2, 'look-1'), row('d', 2, 'look-2')], { requestId: 'look-2' }), () => false);
        expect(second.rows.map((one) => one.id)).toEqual(['b']);
    });
    test('says that more came than it was given', () => {
        expect(addTo(addTo(nothing, page([], { next_cursor: 'x' }), () => false), page([]), () => false).missed).toBe(true);
    });
    test('begins a little before the newest row, never before the first day asked for', () => {
        expect(startOfLook('2026-03-06T10:00:20.000000Z', 0)).toBe('2026-03-06T10:00:10.000Z');
        expect(startOfLook(undefined, Date.UTC(2026, 2, 6, 10, 0, 20))).toBe('2026-03-06T10:00:10.000Z');
        expect(startOfLook('2026-03-06T10:00:20.000000Z', 0, '2026-03-06T10:00:15.000Z')).toBe('2026-03-06T10:00:15.000Z');
    });
});
