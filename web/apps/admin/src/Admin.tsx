import { RouterProvider } from '@tanstack/react-router';
import { useSession } from '@aic/auth';
import { router } from './router';
import { StaffPage } from './StaffPage';

/** All that a super admin sees; everyone else is told whom to ask. The server refuses them in any case. */
export const Admin = () => (useSession().me.user.is_super_admin ? <RouterProvider router={router} /> : <StaffPage />);
