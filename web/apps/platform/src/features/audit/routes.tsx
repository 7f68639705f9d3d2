import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readSearch } from '@aic/audit';

export const auditRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/audit-log', validateSearch: readSearch, component: lazyRouteComponent(() => import('./AuditPage'), 'AuditPage') }),
] as const;
