import { Anchor, Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, call, fieldErrors } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import icon from '../ui/icon.svg';
import { textOf } from './form';
import { PasskeySetUp, PasskeySignIn } from './PasskeySignIn';
import { CodeForm, SetUp } from './SecondFactor';

const Register = ({ done }: { done: (email: string, password: string) => void }) => {
    const { t } = useTranslation();
    const register = useMutation({
        mutationFn: async (form: FormData) => {
            const body = { organization: textOf(form, 'organization'), name: textOf(form, 'name'), email: textOf(form, 'email'), password: textOf(form, 'password') };
            await call(api.POST('/api/v1/auth/register', { body }));
            return body;
        },
        onSuccess: (body) => done(body.email, body.password),
    });
    const wrong = fieldErrors(register.error);
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        register.mutate(new FormData(event.currentTarget));
    };
    return (
        <form className="stack" onSubmit={submit}>
            <FormErrors error={register.error} />
            <TextInput name="organization" label={t('auth.organization')} required error={wrong.organization} autoComplete="organization" />
            <TextInput name="name" label={t('auth.yourName')} required error={wrong.name} autoComplete="name" />
            <TextInput name="email" type="email" label={t('auth.email')} required error={wrong.email} autoComplete="email" />
            <PasswordInput name="password" label={t('auth.password')} description={t('auth.passwordHelp')} required error={wrong.password} autoComplete="new-password" />
            <Button type="submit" loading={register.isPending} fullWidth>{t('auth.createAccount')}</Button>
        </form>
    );
};

interface Props {
    mayRegister?: boolean;
    /** The recovery codes of a second factor that was just set up: somebody is signed in then. */
    onCodes: (codes: string[]) => void;
}

interface Wanted {
    token: string;
    setUp: boolean;
    methods: string[];
}

const titleOf = (wanted: Wanted) => (wanted.setUp ? 'mfa.setUpTitle' : wanted.methods.includes('passkey') ? 'passkeys.factorTitle' : 'mfa.codeTitle');

export const SignInPage = ({ mayRegister = true, onCodes }: Props) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [registering, setRegistering] = useState(false);
    const [wanted, setWanted] = useState<Wanted | null>(null);
    const enter = () => void client.invalidateQueries();
    const signIn = useMutation({
        mutationFn: (body: { email: string; password: string }) => call(api.POST('/api/v1/auth/login', { body })),
        onSuccess: (answer) => {
            if (answer.mfa_token) setWanted({ token: answer.mfa_token, setUp: answer.mfa_setup_required === true, methods: answer.mfa_methods ?? [] });
            else enter();
        },
    });
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        signIn.mutate({ email: textOf(form, 'email'), password: textOf(form, 'password') });
    };
    const title = wanted ? t(titleOf(wanted)) : t(registering ? 'auth.registerTitle' : 'auth.welcome');
    return (
        <main className="auth">
            <div className="card panel stack">
                <div>
                    <img src={icon} alt="" width="40" height="40" />
                    <h1>{title}</h1>
                    {!wanted && <p className="soft small">{t('app.claim')}</p>}
                </div>
                {wanted?.setUp && <><SetUp token={wanted.token} done={onCodes} /><PasskeySetUp token={wanted.token} done={onCodes} /></>}
                {wanted && !wanted.setUp && <CodeForm methods={wanted.methods} token={wanted.token} done={enter} back={() => setWanted(null)} />}
                {!wanted && registering && <Register done={(email, password) => signIn.mutate({ email, password })} />}
                {!wanted && !registering && (
                    <form className="stack" onSubmit={submit}>
                        <FormErrors error={signIn.error} />
                        <TextInput name="email" type="email" label={t('auth.email')} required autoComplete="username" autoFocus />
                        <PasswordInput name="password" label={t('auth.password')} required autoComplete="current-password" />
                        <Button type="submit" loading={signIn.isPending} fullWidth>{t('auth.signIn')}</Button>
                    </form>
                )}
                {!wanted && !registering && <PasskeySignIn done={enter} />}
                {mayRegister && !wanted && (
                    <p className="small soft">
                        {registering ? t('auth.haveAccount') : t('auth.noAccount')}{' '}
                        <Anchor component="button" type="button" onClick={() => setRegistering(!registering)}>
                            {registering ? t('auth.signIn') : t('auth.register')}
                        </Anchor>
                    </p>
                )}
            </div>
        </main>
    );
};
