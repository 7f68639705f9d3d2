import createClient, { type Middleware } from 'openapi-fetch';
import { ApiProblem, readProblem } from './problem';
import type { paths } from './schema';

let refreshing: Promise<boolean> | null = null;

const renewedAt = 'aic-session-renewed';

const noteRenewal = () => {
    localStorage.setItem(renewedAt, String(Date.now()));
};

/** Tabs share one refresh token, and the server takes whoever shows it a second time for a thief: one tab at a time, and not one that
 *  waited while another did it. */
const renew = async (): Promise<boolean> => {
    const asked = Date.now();
    const alone = async () => {
        if (Number(localStorage.getItem(renewedAt)) >= asked) return true;
        const answer = await fetch('/api/v1/auth/refresh', { method: 'POST' });
        if (answer.ok) noteRenewal();
        return answer.ok;
    };
    return 'locks' in navigator ? navigator.locks.request(renewedAt, alone) : alone();
};

/** One refresh at a time, however many requests found the access token expired. */
const refresh = () => {
    refreshing ??= renew()
        .catch(() => false)
        .finally(() => {
            refreshing = null;
        });
    return refreshing;
};

const quiet = ['/auth/login', '/auth/register', '/auth/refresh', '/auth/logout', '/auth/mfa/verify', '/auth/passkeys/sign-in'];

let askStepUp: (() => Promise<boolean>) | null = null;
let stepping: Promise<boolean> | null = null;

/** Who asks a person to show anew who it is; the answer says whether that was done. Gives back how to stop. */
export const onStepUp = (ask: () => Promise<boolean>) => {
    askStepUp = ask;
    return () => {
        askStepUp = null;
    };
};

/** One dialog at a time, however many requests want it. */
const stepUp = () => {
    stepping ??= (askStepUp?.() ?? Promise.resolve(false)).finally(() => {
        stepping = null;
    });
    return stepping;
};

const wantsStepUp = async (answer: Response) => {
    if (answer.status !== 403 || !askStepUp) return false;
    const problem: unknown = await answer.clone().json().catch(() => null);
    return readProblem(problem, 403, answer.headers).type?.endsWith('step_up_required') ?? false;
};

const continued = async (request: Request): Promise<Response> => {
    const again = request.clone();
    const answer = await fetch(request);
    if (answer.status !== 401 || quiet.some((path) => request.url.endsWith(path))) return answer;
    return (await refresh()) ? fetch(again) : answer;
};

/** fetch that continues the session once when the access token has expired, and asks again once who it is when that is
    wanted. */
export const steadyFetch = async (request: Request): Promise<Response> => {
    const again = request.clone();
    const answer = await continued(request);
    if (answer.ok && request.url.endsWith('/auth/step-up')) noteRenewal(); // it brought new tokens
    return (await wantsStepUp(answer)) && (await stepUp()) ? continued(again) : answer;
};

const asProblem: Middleware = {
    async onResponse({ response }) {
        if (response.ok) return;
        const body: unknown = await response.clone().json().catch(() => null);
        throw new ApiProblem(readProblem(body, response.status, response.headers));
    },
    onError() {
        return new ApiProblem(readProblem(null, 0, new Headers()));
    },
};

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: steadyFetch });
api.use(asProblem);

/** The JSON of an answer (lists could also come as CSV, which is asked for elsewhere); failures were thrown before. */
export const call = async <T>(promise: Promise<{ data?: T }>): Promise<Exclude<T, string>> => {
    const { data } = await promise;
    return data as Exclude<T, string>;
};

export const downloadText = (name: string, type: string, content: string) => {
    const url = URL.createObjectURL(new Blob([content], { type }));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
};
