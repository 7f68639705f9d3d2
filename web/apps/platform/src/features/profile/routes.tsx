import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const profileRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/settings/profile', component: lazyRouteComponent(() => import('./ProfilePage'), 'ProfilePage') }),
] as const;
