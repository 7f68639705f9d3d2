import { expect, test } from 'vitest';
import { moves, statuses } from './names';
import { incidentsQuery, readSearch } from './search';

test('the queue shows what is open; a search looks everywhere', () => {
    expect(incidentsQuery({})).toMatchObject({ open: true, overdue: undefined });
    expect(incidentsQuery({ q: 'loan' })).toMatchObject({ q: 'loan', open: undefined });
    expect(incidentsQuery({ q: 'loan', show: 'overdue' })).toMatchObject({ overdue: true, open: undefined });
    expect(incidentsQuery({ show: 'spam' })).toMatchObject({ spam: true, open: undefined });
});

test('an address that nobody made here does no harm', () => {
    expect(readSearch({ q: 7, show: 'nothing', severity: 'WORST', sort: 'id' })).toEqual({});
    expect(readSearch({ severity: 'HIGH', show: 'all' })).toMatchObject({ severity: 'HIGH', show: 'all' });
});

test('what is closed stays closed, and everything else leads there', () => {
    expect(moves.CLOSED).toEqual([]);
    for (const status of statuses.filter((one) => one !== 'CLOSED')) expect(moves[status].length).toBeGreaterThan(0);
});
