import { Loading, startApp } from '@aic/ui';
import { lazy, Suspense } from 'react';
import { HomePage } from './HomePage';

/** Few pages, each a visit of its own: the address says which one, and only that one is loaded. */
const pages = {
    '/citizens/report': lazy(() => import('./features/intake/ReportPage')),
    '/citizens/track': lazy(() => import('./features/intake/TrackPage')),
    '/contact': lazy(() => import('./features/intake/ContactPage')),
};

const isPage = (path: string): path is keyof typeof pages => path in pages;

const path = window.location.pathname.replace(/\/$/, '');
const Page = isPage(path) ? pages[path] : HomePage;

void startApp(<Suspense fallback={<Loading />}><Page /></Suspense>);
