import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readSearch } from './search';

export const tasksRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/tasks', validateSearch: readSearch, component: lazyRouteComponent(() => import('./TasksPage'), 'TasksPage') }),
] as const;
