import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { readSearch, readTraining } from './search';

export const modelsRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/models', validateSearch: readSearch, component: lazyRouteComponent(() => import('./ModelsPage'), 'ModelsPage') }),
    createRoute({ getParentRoute: () => root, path: '/models/new', component: lazyRouteComponent(() => import('./NewModelPage'), 'NewModelPage') }),
    createRoute({ getParentRoute: () => root, path: '/models/train', validateSearch: readTraining, component: lazyRouteComponent(() => import('./TrainPage'), 'TrainPage') }),
    createRoute({ getParentRoute: () => root, path: '/models/$id', component: lazyRouteComponent(() => import('./ModelPage'), 'ModelPage') }),
] as const;
