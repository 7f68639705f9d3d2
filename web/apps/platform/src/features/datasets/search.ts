export const states = ['UPLOADING', 'READY', 'FAILED'] as const;
export const purposes = ['AUDIT', 'BASELINE', 'MONITORING', 'SANDBOX'] as const;
export type Purpose = (typeof purposes)[number];

export interface DatasetsSearch {
    status?: (typeof states)[number];
    purpose?: Purpose;
}

export const readSearch = (given: Record<string, unknown>): DatasetsSearch => ({
    status: states.find((one) => one === given.status),
    purpose: purposes.find((one) => one === given.purpose),
});
