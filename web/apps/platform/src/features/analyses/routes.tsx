import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';

export interface AnalysesSearch {
    verdict?: 'PASS' | 'REVIEW' | 'FAIL' | 'INSUFFICIENT_DATA';
    system_id?: string;
}

const verdicts = ['PASS', 'REVIEW', 'FAIL', 'INSUFFICIENT_DATA'] as const;
const search = (given: Record<string, unknown>): AnalysesSearch => ({
    verdict: verdicts.find((v) => v === given.verdict),
    system_id: typeof given.system_id === 'string' ? given.system_id : undefined,
});

export const analysesRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/analyses', validateSearch: search, component: lazyRouteComponent(() => import('./AnalysesPage'), 'AnalysesPage') }),
    createRoute({ getParentRoute: () => root, path: '/analyses/new', validateSearch: search, component: lazyRouteComponent(() => import('./NewAnalysisPage'), 'NewAnalysisPage') }),
    createRoute({ getParentRoute: () => root, path: '/analyses/$id', component: lazyRouteComponent(() => import('./AnalysisPage'), 'AnalysisPage') }),
] as const;
