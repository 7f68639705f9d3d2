import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { readSearch as readAudit } from '@aic/audit';
import { readSearch as readLeads } from './features/leads/search';
import { readSearch as readEvents } from './features/billing/search';
import { Frame } from './Frame';
import { NotFound } from './NotFound';

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });
const at = { getParentRoute: () => root };

const routes = [
    createRoute({ ...at, path: '/', component: lazyRouteComponent(() => import('./features/overview/OverviewPage'), 'OverviewPage') }),
    createRoute({ ...at, path: '/audit-log', validateSearch: readAudit, component: lazyRouteComponent(() => import('./features/audit/AuditPage'), 'AuditPage') }),
    createRoute({ ...at, path: '/keys', component: lazyRouteComponent(() => import('./features/keys/KeysPage'), 'KeysPage') }),
    createRoute({ ...at, path: '/system-access', component: lazyRouteComponent(() => import('./features/access/AccessPage'), 'AccessPage') }),
    createRoute({ ...at, path: '/billing-events', validateSearch: readEvents, component: lazyRouteComponent(() => import('./features/billing/EventsPage'), 'EventsPage') }),
    createRoute({ ...at, path: '/leads', validateSearch: readLeads, component: lazyRouteComponent(() => import('./features/leads/LeadsPage'), 'LeadsPage') }),
];

export const router = createRouter({ basepath: '/admin', routeTree: root.addChildren(routes), defaultPreload: 'intent', scrollRestoration: true });
