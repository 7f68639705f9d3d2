import { Anchor, Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, call, fieldErrors } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import icon from '../ui/icon.svg';

const textOf = (form: FormData, name: string) => {
    const value = form.get(name);
    return typeof value === 'string' ? value : '';
};

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

export const SignInPage = ({ mayRegister = true }: { mayRegister?: boolean }) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [registering, setRegistering] = useState(false);
    const signIn = useMutation({
        mutationFn: (body: { email: string; password: string }) => call(api.POST('/api/v1/auth/login', { body })),
        onSuccess: () => client.invalidateQueries(),
    });
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        signIn.mutate({ email: textOf(form, 'email'), password: textOf(form, 'password') });
    };
    return (
        <main className="auth">
            <div className="card panel stack">
                <div>
                    <img src={icon} alt="" width="40" height="40" />
                    <h1>{registering ? t('auth.registerTitle') : t('auth.welcome')}</h1>
                    <p className="soft small">{t('app.claim')}</p>
                </div>
                {registering ? (
                    <Register done={(email, password) => signIn.mutate({ email, password })} />
                ) : (
                    <form className="stack" onSubmit={submit}>
                        <FormErrors error={signIn.error} />
                        <TextInput name="email" type="email" label={t('auth.email')} required autoComplete="username" autoFocus />
                        <PasswordInput name="password" label={t('auth.password')} required autoComplete="current-password" />
                        <Button type="submit" loading={signIn.isPending} fullWidth>{t('auth.signIn')}</Button>
                    </form>
                )}
                {mayRegister && (
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
