import { IconAddressBook, IconAlertTriangle, IconBinaryTree, IconBulb, IconChartBar, IconCreditCard, IconDatabase, IconHistory, IconKey, IconLayoutDashboard, IconLink, IconListCheck, IconServerCog, IconSettings, IconShieldLock, IconUser, IconUsers, IconUsersGroup } from '@tabler/icons-react';
import { Outlet } from '@tanstack/react-router';
import { api, call } from '@aic/api';
import { useSession, useSignOut } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { Shell } from '@aic/ui';
import { TaskIndicator } from './features/tasks/parts/TaskIndicator';

const findSystems = async (text: string) => {
    const systems = await call(api.GET('/api/v1/systems', { params: { query: { q: text, limit: 6 } } }));
    return systems.items.map((system) => ({ to: `/systems/${system.id}`, label: system.name }));
};

export const Frame = () => {
    const { t } = useTranslation();
    const { me, can } = useSession();
    const signOut = useSignOut();
    const own = [
        ...(can('manage_users') ? [{ to: '/people', label: t('people.nav'), icon: IconUsers }] : []),
        ...(can('manage_roles') ? [{ to: '/settings/access', label: t('access.nav'), icon: IconUsersGroup }] : []),
        ...(can('manage_keys') ? [{ to: '/settings/api-keys', label: t('apiKeys.nav'), icon: IconKey }] : []),
        ...(can('manage_org') ? [{ to: '/settings/organization', label: t('organization.nav'), icon: IconSettings }] : []),
        ...(can('manage_billing') ? [{ to: '/settings/billing', label: t('billing.nav'), icon: IconCreditCard }] : []),
        ...(can('view_audit_log') ? [{ to: '/audit-log', label: t('audit.nav'), icon: IconHistory }] : []),
    ];
    const groups = [
        { title: t('nav.overview'), items: [{ to: '/', label: t('nav.dashboard'), icon: IconLayoutDashboard }] },
        {
            title: t('nav.record'),
            items: [
                { to: '/systems', label: t('nav.systems'), icon: IconServerCog },
                { to: '/models', label: t('models.nav'), icon: IconBinaryTree },
                { to: '/analyses', label: t('nav.analyses'), icon: IconChartBar },
                { to: '/datasets', label: t('datasets.nav'), icon: IconDatabase },
                { to: '/explain', label: t('explain.nav'), icon: IconBulb },
                { to: '/tasks', label: t('tasks.nav'), icon: IconListCheck },
                ...(can('view_incidents') ? [{ to: '/incidents', label: t('incidents.nav'), icon: IconAlertTriangle }] : []),
                { to: '/ledger', label: t('nav.ledger'), icon: IconLink },
            ],
        },
        ...(can('manage_leads') ? [{ title: t('leads.title'), items: [{ to: '/leads', label: t('leads.nav'), icon: IconAddressBook }] }] : []),
        ...(own.length ? [{ title: t('people.group'), items: own }] : []),
        { title: t('security.group'), items: [{ to: '/settings/profile', label: t('profile.nav'), icon: IconUser }, { to: '/settings/security', label: t('security.nav'), icon: IconShieldLock }] },
    ];
    const actions = [
        ...(can('run_analysis') ? [{ to: '/analyses/new', label: t('nav.newAnalysis') }, { to: '/explain', label: t('explain.title') }] : []),
        ...(can('manage_models') ? [{ to: '/systems/new', label: t('nav.newSystem') }, { to: '/models/new', label: t('models.register') }, { to: '/models/train', label: t('models.train') }] : []),
    ];
    return (
        <Shell groups={groups} actions={actions} organization={me.organization.name}
            person={{ name: me.user.name, role: t(`role.${me.role}`) }} signOut={signOut} find={findSystems} status={<TaskIndicator />}>
            <Outlet />
        </Shell>
    );
};
