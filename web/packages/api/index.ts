export { api, call, downloadText, onStepUp, steadyFetch } from './client';
export { ApiProblem, fieldErrors, problemText } from './problem';
export { makeQueryClient } from './queries';
export type * from './types';
export { type DatasetColumn, readColumns } from './datasets';
export { sendFile } from './sendFile';
