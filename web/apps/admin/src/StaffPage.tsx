import { Button } from '@mantine/core';
import { useSession, useSignOut } from '@aic/auth';
import { t } from '@aic/text';
import { EmptyState } from '@aic/ui';

/** Only people of the body have something to do here; everyone else is told whom to ask. */
export const StaffPage = () => {
    const { me } = useSession();
    const signOut = useSignOut();
    const isStaff = me.organization.kind === 'OPERATOR';
    return (
        <main className="auth">
            <div className="card panel">
                <EmptyState title={isStaff ? t('staff.admin') : t('staff.noAccess')}
                    action={<div className="row"><Button component="a" href="/app/">{t('staff.openPlatform')}</Button><Button variant="default" onClick={signOut}>{t('nav.signOut')}</Button></div>}>
                    {isStaff
                        ? t('staff.adminEmpty', { name: me.user.name })
                        : t('staff.adminOthers', { organization: me.organization.name })}
                </EmptyState>
            </div>
        </main>
    );
};
