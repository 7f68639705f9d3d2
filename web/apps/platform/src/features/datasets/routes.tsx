import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readSearch } from './search';

export const datasetsRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/datasets', validateSearch: readSearch, component: lazyRouteComponent(() => import('./DatasetsPage'), 'DatasetsPage') }),
    createRoute({ getParentRoute: () => root, path: '/datasets/$id', component: lazyRouteComponent(() => import('./DatasetPage'), 'DatasetPage') }),
] as const;
