import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';

export interface SystemsSearch {
    q?: string;
    status?: 'DRAFT' | 'ACTIVE' | 'SUSPENDED' | 'RETIRED';
    risk_tier?: 'TIER_1' | 'TIER_2' | 'TIER_3';
    sort?: '-created_at' | 'name';
}

const one = <T extends string>(value: unknown, known: readonly T[]) => known.find((k) => k === value);

const search = (given: Record<string, unknown>): SystemsSearch => ({
    q: typeof given.q === 'string' ? given.q : undefined,
    status: one(given.status, ['DRAFT', 'ACTIVE', 'SUSPENDED', 'RETIRED']),
    risk_tier: one(given.risk_tier, ['TIER_1', 'TIER_2', 'TIER_3']),
    sort: one(given.sort, ['-created_at', 'name']),
});

const tabs = ['overview', 'analyses', 'history'] as const;
export type Tab = (typeof tabs)[number];
export const tabOf = (value: unknown) => one(value, tabs);

export const systemsRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/systems', validateSearch: search, component: lazyRouteComponent(() => import('./SystemsPage'), 'SystemsPage') }),
    createRoute({ getParentRoute: () => root, path: '/systems/new', component: lazyRouteComponent(() => import('./SystemFormPage'), 'NewSystemPage') }),
    createRoute({ getParentRoute: () => root, path: '/systems/$id', validateSearch: (given: Record<string, unknown>): { tab?: Tab } => ({ tab: tabOf(given.tab) }), component: lazyRouteComponent(() => import('./SystemPage'), 'SystemPage') }),
    createRoute({ getParentRoute: () => root, path: '/systems/$id/edit', component: lazyRouteComponent(() => import('./SystemFormPage'), 'EditSystemPage') }),
] as const;
