import { api, call, sendFile } from '@aic/api';
import type { Purpose } from './search';

export type Media = 'text/csv' | 'application/x-ndjson' | 'application/json';

export const mediaOf = (fileName: string): Media => {
    if (/\.(ndjson|jsonl)$/i.test(fileName)) return 'application/x-ndjson';
    return /\.json$/i.test(fileName) ? 'application/json' : 'text/csv';
};

export const nameOf = (fileName: string) => fileName.replace(/\.[^.]+$/, '').slice(0, 200) || fileName;

/** Its first request holds nothing yet: from then on it has an id, and a connection that breaks loses little. */
export const beginUpload = async (name: string, purpose: Purpose, media: Media, signal: AbortSignal): Promise<string> => {
    const query = new URLSearchParams({ name, purpose });
    const made = await sendFile({
        method: 'POST', path: `/api/v1/datasets?${query}`, body: new Blob([]), headers: { 'Content-Type': media, 'Upload-Complete': '?0' }, signal, progress: () => undefined,
    });
    if (typeof made === 'object' && made !== null && 'id' in made && typeof made.id === 'string') return made.id;
    throw new Error('no id');
};

/** From where it stands, however it came there. */
export const continueUpload = async (id: string, file: File, signal: AbortSignal, progress: (sent: number) => void) => {
    const dataset = await call(api.GET('/api/v1/datasets/{id}', { params: { path: { id } }, signal }));
    const offset = dataset.upload_offset;
    progress(offset);
    await sendFile({
        method: 'PUT', path: `/api/v1/datasets/${id}/content`, body: file.slice(offset),
        headers: { 'Content-Type': dataset.media_type, 'Upload-Offset': String(offset), 'Upload-Complete': '?1' },
        signal, progress: (sent) => progress(offset + sent),
    });
};
