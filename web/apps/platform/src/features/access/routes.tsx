import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readSearch } from './search';

export const accessRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/settings/access', validateSearch: readSearch, component: lazyRouteComponent(() => import('./AccessPage'), 'AccessPage') }),
] as const;
