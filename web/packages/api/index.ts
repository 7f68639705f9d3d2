export { api, call, downloadText, steadyFetch } from './client';
export { ApiProblem, fieldErrors, problemText } from './problem';
export { makeQueryClient } from './queries';
export type * from './types';
