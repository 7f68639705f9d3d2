import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const organizationRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/settings/organization', component: lazyRouteComponent(() => import('./OrganizationPage'), 'OrganizationPage') }),
] as const;
