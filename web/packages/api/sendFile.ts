import { api, call } from './client';
import { ApiProblem, readProblem } from './problem';

interface Sending {
    method: 'POST' | 'PUT';
    path: string;
    body: Blob;
    headers: Record<string, string>;
    signal: AbortSignal;
    /** Bytes of the body that have left. */
    progress: (sent: number) => void;
}

const parsed = (body: string): unknown => {
    try {
        return JSON.parse(body) as unknown;
    } catch {
        return null;
    }
};

const problemOf = (xhr: XMLHttpRequest) => {
    const headers = new Headers();
    for (const name of ['Retry-After', 'X-Request-Id']) {
        const value = xhr.getResponseHeader(name);
        if (value) headers.set(name, value);
    }
    return new ApiProblem(readProblem(parsed(xhr.responseText), xhr.status, headers));
};

/** A body that takes long: XMLHttpRequest alone tells how much of it has left. Rejects with an ApiProblem, status 0 when the
 *  connection broke. It cannot be asked a second time, so the session is continued before it begins. */
export const sendFile = async ({ method, path, body, headers, signal, progress }: Sending): Promise<unknown> => {
    await call(api.GET('/api/v1/auth/me', { signal }));
    return new Promise<unknown>((done, fail) => {
        const xhr = new XMLHttpRequest();
        xhr.open(method, path);
        for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
        xhr.upload.onprogress = (event) => progress(event.loaded);
        xhr.onload = () => (xhr.status >= 200 && xhr.status < 300 ? done(parsed(xhr.responseText)) : fail(problemOf(xhr)));
        xhr.onerror = () => fail(problemOf(xhr));
        xhr.onabort = () => fail(problemOf(xhr));
        signal.addEventListener('abort', () => xhr.abort(), { once: true });
        if (signal.aborted) fail(problemOf(xhr));
        else xhr.send(body);
    });
};
