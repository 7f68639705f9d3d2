import { Anchor, Button, CopyButton, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, call, downloadText, fieldErrors } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { textOf } from './form';
import { SignInErrors } from './Lockout';
import { PasskeySignIn } from './PasskeySignIn';

const CodeInput = ({ label, description, error }: { label: string; description?: string; error?: string }) => (
    <TextInput name="code" label={label} description={description} error={error} required autoFocus autoComplete="one-time-code" inputMode="text" spellCheck={false} maxLength={40} />
);

/** What a code may be, for somebody who may show it in these ways. */
export const codeHelp = (methods: string[]) => (methods.includes('totp') ? 'mfa.codeHelp' : 'passkeys.codeHelp');

/** Asks for what signing in still wants: a passkey, if there is one, or a code. */
export const CodeForm = ({ token, methods, done, back }: { token: string; methods: string[]; done: () => void; back: () => void }) => {
    const { t } = useTranslation();
    const verify = useMutation({ mutationFn: (code: string) => call(api.POST('/api/v1/auth/mfa/verify', { body: { mfa_token: token, code } })), onSuccess: done });
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        verify.mutate(textOf(new FormData(event.currentTarget), 'code'));
    };
    return (
        <form className="stack" onSubmit={submit}>
            <p className="soft small" style={{ margin: 0 }}>{t(!methods.includes('passkey') ? 'mfa.codeLead' : methods.includes('totp') ? 'passkeys.bothLead' : 'passkeys.factorLead')}</p>
            {methods.includes('passkey') && <PasskeySignIn token={token} done={done} />}
            <SignInErrors error={verify.error} />
            <CodeInput label={t('mfa.code')} description={t(codeHelp(methods))} />
            <Button type="submit" variant={methods.includes('passkey') ? 'default' : 'filled'} loading={verify.isPending} fullWidth>{t('mfa.verify')}</Button>
            <Anchor component="button" type="button" size="sm" onClick={back}>{t('mfa.back')}</Anchor>
        </form>
    );
};

interface SetUpProps {
    /** Of a sign-in that is not finished; without it the session says who it is. */
    token?: string;
    /** A session that began a while ago has to give the password. */
    askPassword?: boolean;
    done: (recoveryCodes: string[]) => void;
}

const Enable = ({ token, secret, done }: { token?: string; secret: { secret: string; qr_svg: string }; done: (recoveryCodes: string[]) => void }) => {
    const { t } = useTranslation();
    const enable = useMutation({
        mutationFn: (code: string) => call(api.POST('/api/v1/auth/mfa/enable', { body: { mfa_token: token, code } })),
        onSuccess: (answer) => done(answer.recovery_codes),
    });
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        enable.mutate(textOf(new FormData(event.currentTarget), 'code'));
    };
    const wrong = fieldErrors(enable.error);
    return (
        <form className="stack" onSubmit={submit}>
            <FormErrors error={enable.error} />
            <div>
                <p className="small" style={{ marginTop: 0 }}>{t('mfa.scan')}</p>
                <img className="qr" src={`data:image/svg+xml,${encodeURIComponent(secret.qr_svg)}`} alt={t('mfa.qr')} width="196" height="196" />
            </div>
            <div>
                <p className="small" style={{ margin: '0 0 4px' }}>{t('mfa.type')}</p>
                <code className="mono" data-secret>{secret.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
            </div>
            <CodeInput label={t('mfa.confirm')} error={wrong.code} />
            <Button type="submit" loading={enable.isPending} fullWidth>{t('mfa.enable')}</Button>
        </form>
    );
};

/** From the first word about it to the code that switches it on. */
export const SetUp = ({ token, askPassword = false, done }: SetUpProps) => {
    const { t } = useTranslation();
    const begin = useMutation({ mutationFn: (password?: string) => call(api.POST('/api/v1/auth/mfa/setup', { body: { mfa_token: token, password } })) });
    const wrong = fieldErrors(begin.error);
    if (begin.data) return <Enable token={token} secret={begin.data} done={done} />;
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        begin.mutate(textOf(new FormData(event.currentTarget), 'password') || undefined);
    };
    return (
        <form className="stack" onSubmit={submit}>
            {token && <p className="small" style={{ margin: 0 }}>{t('mfa.setUpWhy')}</p>}
            <p className="soft small" style={{ margin: 0 }}>{t('mfa.setUpLead')}</p>
            <FormErrors error={begin.error} />
            {askPassword && <PasswordInput name="password" label={t('security.current')} required error={wrong.password} autoComplete="current-password" />}
            <Button type="submit" loading={begin.isPending}>{t('mfa.begin')}</Button>
        </form>
    );
};

/** Shown once, until somebody says that they are stored. */
export const RecoveryCodes = ({ codes, done }: { codes: string[]; done: () => void }) => {
    const { t } = useTranslation();
    const [stored, setStored] = useState(false);
    const all = codes.join('\n');
    return (
        <div className="stack">
            <p className="soft small" style={{ margin: 0 }}>{t('mfa.codesLead')}</p>
            <ul className="codes mono" aria-label={t('mfa.codesTitle')}>{codes.map((code) => <li key={code}>{code}</li>)}</ul>
            <div className="row">
                <CopyButton value={all}>{({ copied, copy }) => <Button variant="default" onClick={copy}>{copied ? t('mfa.copied') : t('mfa.copy')}</Button>}</CopyButton>
                <Button variant="default" onClick={() => downloadText(t('mfa.fileName'), 'text/plain', `${all}\n`)}>{t('mfa.download')}</Button>
            </div>
            <Button loading={stored} onClick={() => { setStored(true); done(); }} fullWidth>{t('mfa.stored')}</Button>
        </div>
    );
};
