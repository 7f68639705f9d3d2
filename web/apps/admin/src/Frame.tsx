import { IconAddressBook, IconCreditCard, IconHistory, IconKey, IconLayoutDashboard, IconWorld } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { useSession, useSignOut } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { Shell } from '@aic/ui';
import { overviewQuery } from './features/overview/queries';

export const Frame = () => {
    const { t } = useTranslation();
    const { me } = useSession();
    const signOut = useSignOut();
    const { data: figures } = useQuery(overviewQuery);
    const groups = [
        { title: t('nav.overview'), items: [{ to: '/', label: t('staff.overview'), icon: IconLayoutDashboard }] },
        {
            title: t('staff.watch'),
            items: [
                { to: '/audit-log', label: t('audit.nav'), icon: IconHistory },
                { to: '/system-access', label: t('staff.access'), icon: IconWorld },
                { to: '/billing-events', label: t('staff.events'), icon: IconCreditCard, count: figures?.unmatched_events },
            ],
        },
        { title: t('staff.work'), items: [{ to: '/leads', label: t('leads.nav'), icon: IconAddressBook }, { to: '/keys', label: t('staff.keys'), icon: IconKey }] },
    ];
    return (
        <Shell groups={groups} actions={[]} organization={t('staff.admin')} person={{ name: me.user.name, role: t('staff.superAdmin') }} signOut={signOut}>
            <Outlet />
        </Shell>
    );
};
