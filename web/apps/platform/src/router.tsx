import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { accessRoutes } from './features/access/routes';
import { analysesRoutes } from './features/analyses/routes';
import { apiKeysRoutes } from './features/apiKeys/routes';
import { auditRoutes } from './features/audit/routes';
import { billingRoutes } from './features/billing/routes';
import { datasetsRoutes } from './features/datasets/routes';
import { explainRoutes } from './features/explain/routes';
import { incidentsRoutes } from './features/incidents/routes';
import { leadsRoutes } from './features/leads/routes';
import { ledgerRoutes } from './features/ledger/routes';
import { modelsRoutes } from './features/models/routes';
import { organizationRoutes } from './features/organization/routes';
import { peopleRoutes } from './features/people/routes';
import { profileRoutes } from './features/profile/routes';
import { securityRoutes } from './features/security/routes';
import { systemsRoutes } from './features/systems/routes';
import { tasksRoutes } from './features/tasks/routes';
import { Frame } from './Frame';
import { NotFound } from './NotFound';

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const dashboard = createRoute({ getParentRoute: () => root, path: '/', component: lazyRouteComponent(() => import('./features/dashboard/DashboardPage'), 'DashboardPage') });
const welcome = createRoute({
    getParentRoute: () => root,
    path: '/welcome',
    component: lazyRouteComponent(() => import('./features/onboarding/WelcomePage'), 'WelcomePage'),
});

export const router = createRouter({
    basepath: '/app',
    routeTree: root.addChildren([dashboard, welcome, ...systemsRoutes(root), ...analysesRoutes(root), ...modelsRoutes(root), ...datasetsRoutes(root), ...explainRoutes(root), ...tasksRoutes(root), ...ledgerRoutes(root), ...auditRoutes(root), ...incidentsRoutes(root), ...leadsRoutes(root), ...peopleRoutes(root), ...organizationRoutes(root), ...accessRoutes(root), ...apiKeysRoutes(root), ...billingRoutes(root), ...profileRoutes(root), ...securityRoutes(root)]),
    defaultPreload: 'intent',
    scrollRestoration: true,
});

declare module '@tanstack/react-router' {
    interface Register {
        router: typeof router;
    }
}
