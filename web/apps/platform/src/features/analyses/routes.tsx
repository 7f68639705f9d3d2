import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';

export interface AnalysesSearch {
    verdict?: 'PASS' | 'REVIEW' | 'FAIL' | 'INSUFFICIENT_DATA';
    system_id?: string;
    /** A new analysis of a stored data set. */
    dataset_id?: string;
}

/** Which attribute of a report is open: its name, or nothing for the first. */
export interface ReportSearch {
    tab?: string;
}

const verdicts = ['PASS', 'REVIEW', 'FAIL', 'INSUFFICIENT_DATA'] as const;
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

const search = (given: Record<string, unknown>): AnalysesSearch => ({
    verdict: verdicts.find((v) => v === given.verdict),
    system_id: text(given.system_id),
    dataset_id: text(given.dataset_id),
});
// A group column may be called 1 or true, which the router reads as a number or a boolean.
const reportSearch = (given: Record<string, unknown>): ReportSearch => ({
    tab: typeof given.tab === 'number' || typeof given.tab === 'boolean' ? String(given.tab) : text(given.tab),
});

export const analysesRoutes = <R extends AnyRoute>(root: R) => [
    createRoute({ getParentRoute: () => root, path: '/analyses', validateSearch: search, component: lazyRouteComponent(() => import('./AnalysesPage'), 'AnalysesPage') }),
    createRoute({ getParentRoute: () => root, path: '/analyses/new', validateSearch: search, component: lazyRouteComponent(() => import('./NewAnalysisPage'), 'NewAnalysisPage') }),
    createRoute({ getParentRoute: () => root, path: '/analyses/$id', validateSearch: reportSearch, component: lazyRouteComponent(() => import('./AnalysisPage'), 'AnalysisPage') }),
] as const;
