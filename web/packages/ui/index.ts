export { Provider } from './Provider';
export { Shell, type NavGroup } from './Shell';
export { ErrorState, EmptyState, Loading, Page, Panel, Figure } from './states';
export { VerdictChip, TierChip, StatusChip } from './chips';
export { Hash } from './Hash';
export { FormErrors } from './FormErrors';
export { DataTable, type Column } from './DataTable';
export { FilterBar } from './FilterBar';
export { startApp } from './startApp';
