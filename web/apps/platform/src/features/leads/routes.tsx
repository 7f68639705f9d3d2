import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readSearch } from '@aic/leads';

export const leadsRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/leads', validateSearch: readSearch, component: lazyRouteComponent(() => import('./LeadsPage'), 'LeadsPage') }),
    createRoute({ getParentRoute: () => root, path: '/leads/$id', component: lazyRouteComponent(() => import('./LeadPage'), 'LeadPage') }),
] as const;
