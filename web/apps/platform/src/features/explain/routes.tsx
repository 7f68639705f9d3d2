import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readStart, readView } from './search';

export const explainRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/explain', validateSearch: readStart, component: lazyRouteComponent(() => import('./ExplainPage'), 'ExplainPage') }),
    createRoute({ getParentRoute: () => root, path: '/explain/$id', validateSearch: readView, component: lazyRouteComponent(() => import('./ExplanationPage'), 'ExplanationPage') }),
] as const;
