import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { Role } from '@aic/api';
import { capabilitiesQuery, useSession } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { EmptyState, ErrorState, Loading, Page, Panel } from '@aic/ui';
import { useState } from 'react';
import { Matrix } from './parts/Matrix';
import { PersonPanel } from './parts/PersonPanel';
import { RoleForm } from './parts/RoleForm';
import { peopleQuery, rolesQuery } from './queries';

const route = getRouteApi('/settings/access');

const OnePerson = ({ open }: { open: (id: string) => void }) => {
    const { t } = useTranslation();
    const people = useQuery(peopleQuery);
    if (people.isPending) return <Loading rows={1} />;
    if (people.isError) return <ErrorState error={people.error} retry={() => void people.refetch()} />;
    const data = people.data.items.filter((person) => person.is_active).map((person) => ({ value: person.id, label: `${person.name} (${person.email})` }));
    return (
        <div className="stack">
            <p className="soft small" style={{ margin: 0 }}>{t('access.peopleLead')}</p>
            <Select label={t('access.person')} placeholder={t('access.choose')} searchable value={null} data={data} onChange={(id) => id && open(id)} className="narrow-form" />
        </div>
    );
};

const Roles = () => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const { person } = route.useSearch();
    const [editing, setEditing] = useState<Role | 'new' | null>(null);
    const capabilities = useQuery(capabilitiesQuery);
    const roles = useQuery(rolesQuery);
    const open = (id?: string) => void navigate({ to: '/settings/access', search: { person: id } });
    const broken = capabilities.isError ? capabilities : roles.isError ? roles : null;
    return (
        <Page title={t('access.title')} lead={t('access.lead')} action={<Button onClick={() => setEditing('new')}>{t('access.newRole')}</Button>}>
            <div className="stack">
                <Panel title={t('access.matrix')}>
                    {broken && <ErrorState error={broken.error} retry={() => void broken.refetch()} />}
                    {!broken && (capabilities.isPending || roles.isPending) && <Loading />}
                    {capabilities.data && roles.data && <Matrix capabilities={capabilities.data.items} roles={roles.data.items} edit={setEditing} />}
                </Panel>
                <Panel title={t('access.peopleTitle')}><OnePerson open={open} /></Panel>
            </div>
            {editing && capabilities.data && <RoleForm role={editing === 'new' ? null : editing} capabilities={capabilities.data.items} close={() => setEditing(null)} />}
            {person && capabilities.data && roles.data && <PersonPanel id={person} capabilities={capabilities.data.items} roles={roles.data.items} close={() => open()} />}
        </Page>
    );
};

export const AccessPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    if (can('manage_roles') && can('manage_users')) return <Roles />;
    return <Page title={t('access.title')}><EmptyState title={t('access.noAccessTitle')}>{t('access.noAccess')}</EmptyState></Page>;
};
