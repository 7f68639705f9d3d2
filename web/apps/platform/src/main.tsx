import { SessionGate } from '@aic/auth';
import { startApp } from '@aic/ui';
import { RouterProvider } from '@tanstack/react-router';
import { router } from './router';

void startApp(<SessionGate><RouterProvider router={router} /></SessionGate>);
