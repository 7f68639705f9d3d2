/** What the address says of the list. */
export interface ModelsSearch {
    q?: string;
    system_id?: string;
    show?: 'retired' | 'active';
}

/** A training under way, or done: its task. */
export interface TrainingSearch {
    task?: string;
}

const word = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

export const readSearch = (given: Record<string, unknown>): ModelsSearch => ({
    q: word(given.q),
    system_id: word(given.system_id),
    show: given.show === 'retired' || given.show === 'active' ? given.show : undefined,
});

export const readTraining = (given: Record<string, unknown>): TrainingSearch => ({ task: word(given.task) });

/** The query of GET /models. */
export const modelsFilter = ({ show, ...search }: ModelsSearch) => ({ ...search, active: show === undefined ? undefined : show === 'active' });
