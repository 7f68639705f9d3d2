import { describe, expect, it } from 'vitest';
import { faultOf, isOver, kindText, readEvent, remainingText, tookText } from './task';

describe('events', () => {
    it('say what changed, and nothing that they do not know', () => {
        expect(readEvent('{"status":"RUNNING","progress":0.25,"message":"32 of 100 rows","other":1}')).toEqual({ status: 'RUNNING', progress: 0.25, message: '32 of 100 rows' });
        expect(readEvent('{"status":"SUCCEEDED"}')).toEqual({ status: 'SUCCEEDED' });
    });
    it.each(['', 'ping', '[]', '7', 'null', '{"status":"ODD"}', '{"progress":1}'])('that say nothing of a task are passed over: %s', (data) => {
        expect(readEvent(data)).toBeNull();
    });
});

describe('words', () => {
    it('say how long it may take, as roughly as it is known', () => {
        expect([2, 17, 61, 99, 150, 3600].map(remainingText)).toEqual([
            'a few seconds left', 'about 20 seconds left', 'about 65 seconds left', 'about 100 seconds left', 'about 3 minutes left', 'about 60 minutes left',
        ]);
    });
    it('name known kinds, and others as well as they can', () => {
        expect([kindText('EXPLAIN'), kindText('MAKE_REPORT')]).toEqual(['Explanation', 'Make report']);
    });
    it('say why it failed and what helps', () => {
        expect(faultOf({ kind: 'INVALID', message: 'Row 3 has no age.', hint: 'Add it.' })).toEqual({ message: 'Row 3 has no age.', hint: 'Add it.' });
        expect(faultOf(null).hint).toBeNull();
        expect(faultOf({}).message).not.toBe('');
    });
    it('say how long it took', () => {
        expect(tookText({ started_at: '2026-01-01T00:00:00Z', finished_at: '2026-01-01T00:00:00.250Z' })).toBe('250 ms');
        expect(tookText({ started_at: '2026-01-01T00:00:00Z', finished_at: '2026-01-01T00:00:12.3Z' })).toBe('12.3 s');
        expect(tookText({ started_at: null, finished_at: null })).toBe('–');
    });
});

describe('ends', () => {
    it('are three', () => {
        expect((['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const).map((status) => isOver({ status }))).toEqual([false, false, true, true, true]);
    });
});
