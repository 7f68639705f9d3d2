import { Anchor, Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiProblem, api, call, fieldErrors } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { AuthPanel } from './AuthPanel';
import { textOf } from './form';
import { SignInErrors } from './Lockout';
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

/** An account was made whose address is not confirmed yet, so that it opens nothing. */
const ConfirmFirst = ({ email, back }: { email: string; back: () => void }) => {
    const { t } = useTranslation();
    return (
        <AuthPanel title={t('recovery.confirmTitle')}>
            <p style={{ margin: 0 }}>{t('recovery.confirmLead', { email })}</p>
            <Button onClick={back} fullWidth>{t('auth.signIn')}</Button>
        </AuthPanel>
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
    const [toConfirm, setToConfirm] = useState<string | null>(null);
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
    const enterFirst = (email: string, password: string) =>
        signIn.mutate({ email, password }, { onError: (error) => { if (error instanceof ApiProblem && error.status === 401) setToConfirm(email); } });
    const beginAgain = () => {
        signIn.reset();
        setToConfirm(null);
        setRegistering(false);
    };
    if (toConfirm) return <ConfirmFirst email={toConfirm} back={beginAgain} />;
    const title = wanted ? t(titleOf(wanted)) : t(registering ? 'auth.registerTitle' : 'auth.welcome');
    return (
        <AuthPanel title={title} lead={wanted ? undefined : t('app.claim')}>
            {wanted?.setUp && <><SetUp token={wanted.token} done={onCodes} /><PasskeySetUp token={wanted.token} done={onCodes} /></>}
            {wanted && !wanted.setUp && <CodeForm methods={wanted.methods} token={wanted.token} done={enter} back={() => setWanted(null)} />}
            {!wanted && registering && <Register done={enterFirst} />}
            {!wanted && !registering && (
                <form className="stack" onSubmit={submit}>
                    <SignInErrors error={signIn.error} />
                    <TextInput name="email" type="email" label={t('auth.email')} required autoComplete="username" autoFocus />
                    <PasswordInput name="password" label={t('auth.password')} required autoComplete="current-password" />
                    <Button type="submit" loading={signIn.isPending} fullWidth>{t('auth.signIn')}</Button>
                    <Anchor href="/app/forgot" size="sm">{t('recovery.forgot')}</Anchor>
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
        </AuthPanel>
    );
};
