import { RouterProvider } from '@tanstack/react-router';
import { router } from './router';

/** All that a signed-in person sees. Loaded late: the sign-in does without. */
export const Platform = () => <RouterProvider router={router} />;
