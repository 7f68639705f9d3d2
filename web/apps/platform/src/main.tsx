import { SessionGate, wasSignedIn } from '@aic/auth';
import { startApp } from '@aic/ui';
import { lazy } from 'react';

const load = () => import('./Platform').then((module) => ({ default: module.Platform }));
const Platform = lazy(load);

if (wasSignedIn()) void load();
void startApp(<SessionGate><Platform /></SessionGate>);
