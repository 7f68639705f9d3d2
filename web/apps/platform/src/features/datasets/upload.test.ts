import { expect, test } from 'vitest';
import { readSearch } from './search';
import { formatBytes } from './size';
import { mediaOf, nameOf } from './upload';

test('the media type follows from the name, and is CSV where that does not tell', () => {
    expect(['a.csv', 'a.NDJSON', 'a.jsonl', 'a.json', 'a', 'a.txt'].map(mediaOf)).toEqual(
        ['text/csv', 'application/x-ndjson', 'application/x-ndjson', 'application/json', 'text/csv', 'text/csv']);
});

test('a data set is called like its file', () => {
    expect(nameOf('loans 2026.csv')).toBe('loans 2026');
    expect(nameOf('.csv')).toBe('.csv');
    expect(nameOf(`${'x'.repeat(300)}.csv`)).toHaveLength(200);
});

test('sizes are told as the server counts them', () => {
    expect([12, 1500, 43_100_000, 1_990_000_000].map(formatBytes)).toEqual(['12 B', '2 kB', '43.1 MB', '1.99 GB']);
});

test('only known filters are taken from an address', () => {
    expect(readSearch({ status: 'READY', purpose: 'FUN', q: 'x' })).toEqual({ status: 'READY', purpose: undefined });
});
