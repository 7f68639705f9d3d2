export { LeadChip } from './LeadChip';
export { readSearch, sources, states, type LeadsSearch } from './search';
