import { SessionGate, wasSignedIn } from '@aic/auth';
import { startApp } from '@aic/ui';
import { lazy } from 'react';

const load = () => import('./Admin').then((module) => ({ default: module.Admin }));
const Admin = lazy(load);

if (wasSignedIn()) void load();
void startApp(<SessionGate mayRegister={false}><Admin /></SessionGate>);
