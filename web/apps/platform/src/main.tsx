import { InvitePage, SessionGate, wasSignedIn } from '@aic/auth';
import { startApp } from '@aic/ui';
import { lazy } from 'react';

const load = () => import('./Platform').then((module) => ({ default: module.Platform }));
const Platform = lazy(load);

if (wasSignedIn()) void load();
// Whoever follows an invitation has no session yet, and needs none to see what it is for.
const isInvited = window.location.pathname === '/app/invite';
void startApp(isInvited ? <InvitePage /> : <SessionGate><Platform /></SessionGate>);
