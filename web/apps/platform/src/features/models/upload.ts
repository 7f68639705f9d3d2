import { api, call, type Model } from '@aic/api';

export interface Draft {
    name: string;
    version: string;
    system_id: string | null;
    description: string;
    protected_attributes: string[];
}

/** Beyond it a file does not fit into the request that registers the model, and follows by itself. */
const AT_ONCE = 9_000_000;

/** A model that is registered; the task that still reads its file, when that is large. */
export interface Registered {
    id: string;
    reading: string | null;
}

const fieldsOf = ({ name, version, system_id, description, protected_attributes }: Draft) => ({
    name, version, ...(system_id ? { system_id } : {}), ...(description ? { description } : {}), ...(protected_attributes.length ? { protected_attributes } : {}),
});

/** Words as they are, lists as JSON writes them, the file as it is. */
export const formOf = (draft: Draft, file: File) => {
    const form = new FormData();
    for (const [key, value] of Object.entries(fieldsOf(draft))) form.append(key, typeof value === 'string' ? value : JSON.stringify(value));
    form.append('artefact', file, file.name);
    return form;
};

const registerWhole = (draft: Draft, file: File): Promise<Model> =>
    call(api.POST('/api/v1/models', { body: fieldsOf(draft), bodySerializer: () => formOf(draft, file), headers: { 'Content-Type': null } }));

/** Gives a model its file. */
export const sendFile = async (id: string, file: File): Promise<Registered> => {
    const answer: unknown = await call(api.POST('/api/v1/models/{id}/artefact', {
        params: { path: { id } }, body: '', bodySerializer: () => file, headers: { 'Content-Type': 'application/octet-stream' },
    }));
    const isTask = typeof answer === 'object' && answer !== null && 'task_id' in answer && typeof answer.task_id === 'string';
    return { id, reading: isTask ? String(answer.task_id) : null };
};

export const registerModel = async (draft: Draft, file: File): Promise<Registered> => {
    if (file.size <= AT_ONCE) return { id: (await registerWhole(draft, file)).id, reading: null };
    const made = await call(api.POST('/api/v1/models', { body: fieldsOf(draft) }));
    return sendFile(made.id, file);
};
