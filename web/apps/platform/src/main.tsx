import { pageWithoutSession, SessionGate, wasSignedIn } from '@aic/auth';
import { startApp } from '@aic/ui';
import { lazy } from 'react';

const load = () => import('./Platform').then((module) => ({ default: module.Platform }));
const Platform = lazy(load);

// Of who cannot sign in, or comes by a link of a letter or an invitation: whoever that is has no session, and needs none.
const page = pageWithoutSession();
if (!page && wasSignedIn()) void load();
void startApp(page ?? <SessionGate><Platform /></SessionGate>);
