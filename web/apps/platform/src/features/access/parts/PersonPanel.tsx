import { Button, Drawer, SegmentedControl, Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Capability, Permissions, Role } from '@aic/api';
import { useSession } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { ErrorState, FormErrors, Loading } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { categoriesOf } from '../names';
import { type Choice, peopleQuery, permissionsQuery, setPermissions } from '../queries';

interface Common {
    capabilities: Capability[];
    roles: Role[];
}

const choiceOf = (permissions: Permissions, slug: string): Choice =>
    permissions.granted.includes(slug) ? 'granted' : permissions.denied.includes(slug) ? 'denied' : 'role';

const Choices = ({ permissions, roles, capabilities }: Common & { permissions: Permissions }) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const client = useQueryClient();
    const [roleId, setRoleId] = useState(permissions.role_id);
    const [choices, setChoices] = useState<Record<string, Choice>>(() => Object.fromEntries(capabilities.map((row) => [row.slug, choiceOf(permissions, row.slug)])));
    const save = useMutation({ mutationFn: () => setPermissions(permissions, roleId, choices), onSuccess: () => client.invalidateQueries({ queryKey: ['access'] }) });
    const base = roles.find((role) => (roleId ? role.id === roleId : role.name === permissions.role && !role.is_custom))?.capabilities ?? [];
    const may = (slug: string) => choices[slug] === 'granted' || (choices[slug] !== 'denied' && base.includes(slug));
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        save.mutate();
    };
    return (
        <form className="stack" onSubmit={submit}>
            <FormErrors error={save.error} />
            <Select label={t('access.role')} allowDeselect={false} value={roleId ?? ''} onChange={(value) => setRoleId(value === '' ? null : value)}
                data={[{ value: '', label: t('access.ownRole', { role: t(`role.${permissions.role}`) }) }, ...roles.filter((role) => role.is_custom).map((role) => ({ value: role.id ?? '', label: role.name }))]} />
            {categoriesOf(capabilities).map(([category, rows]) => (
                <section key={category} className="stack choices">
                    <h3>{t(`access.category.${category}`)}</h3>
                    {rows.map((row) => (
                        <div key={row.slug} className="choice">
                            <div><div>{row.description}</div><div className="small soft">{may(row.slug) ? t('access.may') : t('access.mayNot')}</div></div>
                            <SegmentedControl size="xs" aria-label={t('access.choiceOf', { capability: row.description })} value={choices[row.slug] ?? 'role'}
                                onChange={(value) => setChoices({ ...choices, [row.slug]: value })}
                                data={[{ value: 'role', label: t('access.asRole') }, { value: 'granted', label: t('access.granted'), disabled: !can(row.slug) }, { value: 'denied', label: t('access.denied') }]} />
                        </div>
                    ))}
                </section>
            ))}
            <div className="row"><Button type="submit" loading={save.isPending}>{t('common.save')}</Button><span role="status" className="small soft">{save.isSuccess && t('access.saved')}</span></div>
        </form>
    );
};

const Person = ({ id, ...rest }: Common & { id: string }) => {
    const { t } = useTranslation();
    const { me } = useSession();
    const permissions = useQuery(permissionsQuery(id));
    if (permissions.isPending) return <Loading />;
    if (permissions.isError) return <ErrorState error={permissions.error} retry={() => void permissions.refetch()} />;
    if (me.user.id === id) return <p>{t('access.isYou')}</p>;
    if (permissions.data.role === 'ADMIN') return <p>{t('access.isAdmin')}</p>;
    return <Choices permissions={permissions.data} {...rest} />;
};

/** What differs, for one person, from what the role says. */
export const PersonPanel = ({ id, close, ...rest }: Common & { id: string; close: () => void }) => {
    const { t } = useTranslation();
    const people = useQuery(peopleQuery);
    const name = people.data?.items.find((person) => person.id === id)?.name ?? t('access.person');
    return (
        <Drawer opened lockScroll={false} position="right" size="lg" onClose={close} title={name} closeButtonProps={{ 'aria-label': t('common.close') }}>
            <Person id={id} {...rest} />
        </Drawer>
    );
};
