export { AuditLog } from './AuditLog';
export { Finder } from './parts/Finder';
export { OutcomeChip } from './parts/OutcomeChip';
export { readSearch, type AuditSearch } from './search';
export { allAudit, ownAudit, type AuditSource } from './source';
export { useNames } from './parts/names';
