import { recoveryPage, SessionGate, wasSignedIn } from '@aic/auth';
import { startApp } from '@aic/ui';
import { lazy } from 'react';

const load = () => import('./Platform').then((module) => ({ default: module.Platform }));
const Platform = lazy(load);

const recovery = recoveryPage(); // for who cannot sign in, or comes from a letter
if (!recovery && wasSignedIn()) void load();
void startApp(recovery ?? <SessionGate><Platform /></SessionGate>);
