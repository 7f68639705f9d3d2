import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const securityRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/settings/security', component: lazyRouteComponent(() => import('./SecurityPage'), 'SecurityPage') }),
] as const;
