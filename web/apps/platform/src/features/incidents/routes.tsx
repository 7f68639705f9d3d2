import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readSearch } from './search';

export const incidentsRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/incidents', validateSearch: readSearch, component: lazyRouteComponent(() => import('./IncidentsPage'), 'IncidentsPage') }),
    createRoute({ getParentRoute: () => root, path: '/incidents/new', component: lazyRouteComponent(() => import('./NewIncidentPage'), 'NewIncidentPage') }),
    createRoute({ getParentRoute: () => root, path: '/incidents/$id', component: lazyRouteComponent(() => import('./IncidentPage'), 'IncidentPage') }),
] as const;
