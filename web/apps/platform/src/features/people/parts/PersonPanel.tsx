import { Anchor, Button, Drawer, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { fieldErrors, type Person } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDateTime, useTranslation } from '@aic/text';
import { ErrorState, FormErrors, Loading } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { changePerson, deactivate, endSessions, personQuery, reactivate, removePerson, resetFactor, unlock } from '../queries';
import { type Role, roles } from '../search';
import { Ask } from './Ask';
import { FactorChip, RoleChip, StatusChip } from './Chips';

const Facts = ({ person }: { person: Person }) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    return (
        <dl className="facts">
            <dt>{t('auth.email')}</dt><dd>{person.email}</dd>
            <dt>{t('people.address')}</dt><dd>{t(person.email_verified ? 'people.verified' : 'people.unverified')}</dd>
            <dt>{t('people.factor')}</dt><dd><FactorChip person={person} /></dd>
            <dt>{t('people.lastSeen')}</dt><dd>{person.last_login_at ? formatDateTime(person.last_login_at) : t('people.never')}</dd>
            {person.locked_until && <><dt>{t('people.statuses.LOCKED')}</dt><dd>{t('people.lockedUntil', { time: formatDateTime(person.locked_until) })}</dd></>}
            {can('manage_roles') && person.role !== 'ADMIN' && <><dt>{t('people.permissions')}</dt><dd><Anchor component="button" type="button" inherit onClick={() => void navigate({ to: '/settings/access', search: { person: person.id } })}>{t('access.change')}</Anchor></dd></>}
            <dt>{t('people.language')}</dt><dd>{t(`languages.${person.locale}`)}</dd>
            <dt>{t('people.joined')}</dt><dd>{formatDateTime(person.created_at)}</dd>
        </dl>
    );
};

const Edit = ({ person, changed }: { person: Person; changed: () => void }) => {
    const { t } = useTranslation();
    const [name, setName] = useState(person.name);
    const [role, setRole] = useState<Role>(person.role);
    const save = useMutation({ mutationFn: () => changePerson(person, { name, role: role === person.role ? undefined : role }), onSuccess: changed });
    const wrong = fieldErrors(save.error);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        save.mutate();
    };
    return (
        <form className="stack" onSubmit={submit}>
            <FormErrors error={save.error} />
            <TextInput label={t('word.name')} required maxLength={200} value={name} error={wrong.name} onChange={(event) => setName(event.currentTarget.value)} />
            <Select label={t('people.role')} description={t('people.roleHelp')} allowDeselect={false} value={role} error={wrong.role} data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
                onChange={(value) => setRole(roles.find((one) => one === value) ?? role)} />
            <div className="row"><Button type="submit" loading={save.isPending}>{t('common.save')}</Button><span role="status" className="small soft">{save.isSuccess && t('people.saved')}</span></div>
        </form>
    );
};

type Doing = 'deactivate' | 'reset' | 'remove' | null;

const Actions = ({ person, changed, gone }: { person: Person; changed: () => void; gone: () => void }) => {
    const { t } = useTranslation();
    const { me } = useSession();
    const [doing, setDoing] = useState<Doing>(null);
    const letIn = useMutation({ mutationFn: () => reactivate(person.id), onSuccess: changed });
    const out = useMutation({ mutationFn: () => endSessions(person.id), onSuccess: changed });
    const open = useMutation({ mutationFn: () => unlock(person.id), onSuccess: changed });
    const close = () => setDoing(null);
    const done = () => {
        close();
        changed();
    };
    const { name } = person;
    const isAsked = person.mfa_reset_asked_by !== null;
    return (
        <div className="stack">
            <FormErrors error={letIn.error ?? open.error ?? out.error} />
            {out.data && <p role="status" style={{ margin: 0 }}>{t('people.ended', { count: out.data.ended })}</p>}
            {isAsked && <p role="status" style={{ margin: 0 }}>{t(person.mfa_reset_asked_by === me.user.id ? 'people.resetWaiting' : 'people.resetAsked')}</p>}
            <div className="row">
                {person.locked_until && <Button variant="default" loading={open.isPending} onClick={() => open.mutate()}>{t('people.unlock')}</Button>}
                {person.mfa_enabled && <Button variant="default" onClick={() => setDoing('reset')}>{t(isAsked ? 'people.confirmReset' : 'people.reset')}</Button>}
                {person.is_active && <Button variant="default" loading={out.isPending} onClick={() => out.mutate()}>{t('people.endSessions')}</Button>}
                {person.is_active
                    ? <Button variant="default" onClick={() => setDoing('deactivate')}>{t('people.deactivate')}</Button>
                    : <Button variant="default" loading={letIn.isPending} onClick={() => letIn.mutate()}>{t('people.reactivate')}</Button>}
                <Button variant="default" onClick={() => setDoing('remove')}>{t('people.remove')}</Button>
            </div>
            {doing === 'deactivate' && <Ask title={t('people.deactivateTitle', { name })} text={t('people.deactivateText')} action={t('people.deactivate')} run={() => deactivate(person.id)} done={done} close={close} />}
            {doing === 'reset' && <Ask title={t('people.resetTitle', { name })} text={t('people.resetText')} action={t(isAsked ? 'people.confirmReset' : 'people.reset')} run={() => resetFactor(person.id)} done={done} close={close} />}
            {doing === 'remove' && <Ask title={t('people.removeTitle', { name })} text={t('people.removeText')} action={t('people.removeNow')} typed={{ label: t('people.removeType', { name }), value: name }}
                run={() => removePerson(person.id)} done={gone} close={close} />}
        </div>
    );
};

export const PersonPanel = ({ id, close }: { id: string; close: () => void }) => {
    const { t } = useTranslation();
    const { me } = useSession();
    const client = useQueryClient();
    const { data: person, isPending, isError, error } = useQuery(personQuery(id));
    const changed = () => void client.invalidateQueries({ queryKey: ['people'] });
    const gone = () => {
        close();
        client.removeQueries({ queryKey: personQuery(id).queryKey });
        void client.invalidateQueries({ queryKey: ['people', 'list'] });
    };
    return (
        <Drawer opened lockScroll={false} onClose={close} position="right" size="md" title={person?.name ?? t('people.title')} closeButtonProps={{ 'aria-label': t('common.close') }}>
            {isPending && <Loading rows={4} />}
            {isError && <ErrorState error={error} />}
            {person && (
                <div className="stack">
                    <div className="row"><RoleChip person={person} /><StatusChip person={person} /></div>
                    <Facts person={person} />
                    {person.id === me.user.id
                        ? <p className="small soft" style={{ margin: 0 }}>{t('people.own')} <Anchor component={Link} to="/settings/profile" inherit>{t('people.ownLink')}</Anchor></p>
                        : <>
                              <section><h2 className="panel-title">{t('people.edit')}</h2><Edit key={person.version} person={person} changed={changed} /></section>
                              <section><h2 className="panel-title">{t('people.actions')}</h2><Actions person={person} changed={changed} gone={gone} /></section>
                          </>}
                </div>
            )}
        </Drawer>
    );
};
