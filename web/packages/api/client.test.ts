import { beforeEach, expect, test, vi } from 'vitest';

/** A server whose access token has run out, and who ends the session when a refresh token is shown twice. */
class Service {
    refreshes = 0;
    private good = false;
    readonly answer = async (request: Request | string): Promise<Response> => {
        await Promise.resolve();
        if (typeof request !== 'string') return new Response(null, { status: this.good ? 200 : 401 });
        this.refreshes++;
        await new Promise((done) => setTimeout(done, 5));
        this.good = this.refreshes === 1;
        return new Response(null, { status: this.good ? 200 : 401 });
    };
}

/** What all tabs of a browser share. */
const shareBrowser = (service: Service) => {
    const kept = new Map<string, string>();
    let queue: Promise<unknown> = Promise.resolve();
    vi.stubGlobal('window', { location: { origin: 'http://aic.test' } });
    vi.stubGlobal('localStorage', { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value) });
    vi.stubGlobal('navigator', {
        locks: {
            request: (_name: string, work: () => Promise<boolean>) => {
                const turn = queue.then(work);
                queue = turn.catch(() => undefined);
                return turn;
            },
        },
    });
    vi.stubGlobal('fetch', service.answer);
};

const openTab = async () => {
    vi.resetModules();
    return (await import('./client')).steadyFetch;
};

const ask = () => new Request('http://aic.test/api/v1/systems');

beforeEach(() => {
    vi.unstubAllGlobals();
});

test('many requests of one tab renew the session once', async () => {
    const service = new Service();
    shareBrowser(service);
    const tab = await openTab();
    const answers = await Promise.all([tab(ask()), tab(ask()), tab(ask())]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(service.refreshes).toBe(1);
});

test('two tabs whose token runs out together show the refresh token once', async () => {
    const service = new Service();
    shareBrowser(service);
    const tabs = [await openTab(), await openTab()];
    const answers = await Promise.all(tabs.map((tab) => tab(ask())));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(service.refreshes).toBe(1);
});

test('a refused renewal leaves the answer as it was', async () => {
    const service = new Service();
    service.refreshes = 1; // somebody has shown it already
    shareBrowser(service);
    const tab = await openTab();
    expect((await tab(ask())).status).toBe(401);
});
