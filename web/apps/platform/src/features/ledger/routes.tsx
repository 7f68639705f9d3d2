import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';

export interface LedgerSearch {
    action?: string;
    entry?: string;
}

const search = (given: Record<string, unknown>): LedgerSearch => ({
    action: typeof given.action === 'string' ? given.action : undefined,
    entry: typeof given.entry === 'string' ? given.entry : undefined,
});

export const ledgerRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/ledger', validateSearch: search, component: lazyRouteComponent(() => import('./LedgerPage'), 'LedgerPage') }),
] as const;
