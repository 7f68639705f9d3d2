import { Button } from '@mantine/core';
import { useSession, useSignOut } from '@aic/auth';
import { EmptyState } from '@aic/ui';

/** Only people of the body have something to do here; everyone else is told whom to ask. */
export const StaffPage = () => {
    const { me } = useSession();
    const signOut = useSignOut();
    const isStaff = me.organization.kind === 'OPERATOR';
    return (
        <main className="auth">
            <div className="card panel">
                <EmptyState title={isStaff ? 'AIC Admin' : 'You have no access here'}
                    action={<div className="row"><Button component="a" href="/app/">Open the platform</Button><Button variant="default" onClick={signOut}>Sign out</Button></div>}>
                    {isStaff
                        ? `Signed in as ${me.user.name}. No area of Admin is assigned to your role; ask a super admin.`
                        : `This is for the staff of the certification body. Your account belongs to ${me.organization.name}; ask your administrator if you need something done here.`}
                </EmptyState>
            </div>
        </main>
    );
};
