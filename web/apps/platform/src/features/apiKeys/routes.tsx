import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const apiKeysRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/settings/api-keys', component: lazyRouteComponent(() => import('./ApiKeysPage'), 'ApiKeysPage') }),
] as const;
