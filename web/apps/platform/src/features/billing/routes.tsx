import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const billingRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/settings/billing', component: lazyRouteComponent(() => import('./BillingPage'), 'BillingPage') }),
] as const;
