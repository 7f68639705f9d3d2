import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readSearch } from './search';

export const peopleRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/people', validateSearch: readSearch, component: lazyRouteComponent(() => import('./PeoplePage'), 'PeoplePage') }),
] as const;
