import { Loading } from '@aic/ui';
import { lazy, type ReactNode, Suspense } from 'react';

const ForgotPage = lazy(() => import('./RecoveryPages').then((module) => ({ default: module.ForgotPage })));
const ResetPage = lazy(() => import('./RecoveryPages').then((module) => ({ default: module.ResetPage })));
const InvitePage = lazy(() => import('./InvitePage').then((module) => ({ default: module.InvitePage })));
const VerifyPage = lazy(() => import('./RecoveryPages').then((module) => ({ default: module.VerifyPage })));

/** The token of a link, which then stands neither in the address bar nor in the history. */
const takeToken = () => {
    const url = new URL(window.location.href);
    const token = url.searchParams.get('token') ?? '';
    url.searchParams.delete('token');
    window.history.replaceState(window.history.state, '', url);
    return token;
};

const pageAt = (path: string) => {
    if (path === '/app/forgot') return <ForgotPage />;
    if (path === '/app/reset') return <ResetPage token={takeToken()} />;
    if (path === '/app/invite') return <InvitePage />; // keeps its token while somebody else signs out first
    return path === '/app/verify' ? <VerifyPage token={takeToken()} /> : null;
};

/** The page of this address, if it is one for somebody who is not signed in. Called once, before anything is shown. */
export const pageWithoutSession = (): ReactNode => {
    const page = pageAt(window.location.pathname.replace(/\/$/, ''));
    return page && <Suspense fallback={<div className="auth"><div className="card"><Loading rows={3} /></div></div>}>{page}</Suspense>;
};
