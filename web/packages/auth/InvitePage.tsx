import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { ApiProblem, api, call, fieldErrors, type Invitation } from '@aic/api';
import { useTranslation } from '@aic/text';
import { EmptyState, ErrorState, FormErrors, Loading } from '@aic/ui';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import icon from '../ui/icon.svg';
import { textOf } from './form';
import { RecoveryCodes, SetUp } from './SecondFactor';
import { sessionKey, useSignOut, wasSignedIn } from './session';

const enter = () => window.location.assign('/app/');

const Frame = ({ title, lead, children }: { title?: string; lead?: string; children: ReactNode }) => (
    <main className="auth">
        <div className="card panel stack">
            {title && <div><img src={icon} alt="" width="40" height="40" /><h1>{title}</h1>{lead && <p className="soft small">{lead}</p>}</div>}
            {children}
        </div>
    </main>
);

const Refused = ({ error, retry }: { error: Error; retry: () => void }) => {
    const { t } = useTranslation();
    const status = error instanceof ApiProblem ? error.status : 0;
    if (status !== 404 && status !== 410) return <Frame><ErrorState error={error} retry={retry} /></Frame>;
    const action = <Button variant="default" component="a" href="/app/">{t('invites.toSignIn')}</Button>;
    return <Frame><EmptyState title={t(status === 410 ? 'invites.goneTitle' : 'invites.noneTitle')} action={action}>{t(status === 410 ? 'invites.goneText' : 'invites.noneText')}</EmptyState></Frame>;
};

const Accept = ({ token, invitation }: { token: string; invitation: Invitation }) => {
    const { t } = useTranslation();
    const [unfinished, setUnfinished] = useState<string | null>(null);
    const [codes, setCodes] = useState<string[] | null>(null);
    const accept = useMutation({
        mutationFn: (form: FormData) => call(api.POST('/api/v1/auth/accept-invite', {
            body: { token, name: textOf(form, 'name'), email: invitation.email ? undefined : textOf(form, 'email'), password: textOf(form, 'password') },
        })),
        onSuccess: (answer) => {
            if (answer.mfa_token) setUnfinished(answer.mfa_token);
            else enter();
        },
    });
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        accept.mutate(new FormData(event.currentTarget));
    };
    const wrong = fieldErrors(accept.error);
    const role = t(`role.${invitation.role}`);
    if (codes) return <Frame title={t('mfa.codesTitle')}><RecoveryCodes codes={codes} done={enter} /></Frame>;
    if (unfinished) return <Frame title={t('mfa.setUpTitle')}><SetUp token={unfinished} done={setCodes} /></Frame>;
    return (
        <Frame title={t('invites.welcome', { organization: invitation.organization })}
            lead={invitation.invited_by ? t('invites.invitedBy', { name: invitation.invited_by, role }) : t('invites.invited', { role })}>
            <form className="stack" onSubmit={submit}>
                <FormErrors error={accept.error} />
                <TextInput name="name" label={t('invites.name')} required defaultValue={invitation.name ?? ''} error={wrong.name} autoComplete="name" maxLength={200} />
                {invitation.email
                    ? <TextInput label={t('invites.address')} value={invitation.email} readOnly autoComplete="username" />
                    : <TextInput name="email" type="email" label={t('invites.address')} description={t('invites.known')} required error={wrong.email} autoComplete="username" />}
                <PasswordInput name="password" label={t('auth.password')} description={t('auth.passwordHelp')} required error={wrong.password} autoComplete="new-password" />
                <Button type="submit" loading={accept.isPending} fullWidth>{t('invites.accept')}</Button>
            </form>
        </Frame>
    );
};

/** Where the link of an invitation leads: outside of the sign-in, since nobody is anybody yet. */
export const InvitePage = () => {
    const { t } = useTranslation();
    const signOut = useSignOut();
    const token = new URLSearchParams(window.location.search).get('token') ?? '';
    const me = useQuery({ queryKey: sessionKey, queryFn: () => call(api.GET('/api/v1/auth/me')), enabled: wasSignedIn() });
    const invitation = useQuery({ queryKey: ['invitation', token], queryFn: () => call(api.GET('/api/v1/auth/invites/{token}', { params: { path: { token } } })), enabled: token !== '' });
    if (token === '') return <Frame><EmptyState title={t('invites.noneTitle')}>{t('invites.noneText')}</EmptyState></Frame>;
    if (me.isLoading || invitation.isPending) return <Frame><Loading rows={3} /></Frame>;
    if (invitation.isError) return <Refused error={invitation.error} retry={() => void invitation.refetch()} />;
    if (me.data)
        return (
            <Frame title={t('invites.signedInTitle')}>
                <p style={{ margin: 0 }}>{t('invites.signedIn', { name: me.data.user.name, organization: me.data.organization.name })}</p>
                <Button onClick={signOut}>{t('invites.signOut')}</Button>
            </Frame>
        );
    return <Accept token={token} invitation={invitation.data} />;
};
