import { Anchor, Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ApiProblem, api, call, fieldErrors } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { AuthPanel } from './AuthPanel';
import { textOf } from './form';

const isGone = (error: Error | null) => error instanceof ApiProblem && error.status === 410;

const BackToSignIn = () => {
    const { t } = useTranslation();
    return <Anchor href="/app/" size="sm">{t('recovery.backToSignIn')}</Anchor>;
};

const NewLink = () => {
    const { t } = useTranslation();
    return <Button component="a" href="/app/forgot" fullWidth>{t('recovery.newLink')}</Button>;
};

interface AskProps {
    lead: string;
    action: string;
    ask: (email: string) => Promise<unknown>;
    done: () => void;
}

/** Asks for an address; what comes of it is the same for every one. */
const AskForm = ({ lead, action, ask, done }: AskProps) => {
    const { t } = useTranslation();
    const send = useMutation({ mutationFn: ask, onSuccess: done });
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        send.mutate(textOf(new FormData(event.currentTarget), 'email'));
    };
    return (
        <form className="stack" onSubmit={submit}>
            <p className="soft small" style={{ margin: 0 }}>{lead}</p>
            <FormErrors error={send.error} />
            <TextInput name="email" type="email" label={t('auth.email')} required error={fieldErrors(send.error).email} autoComplete="username" autoFocus />
            <Button type="submit" loading={send.isPending} fullWidth>{action}</Button>
        </form>
    );
};

export const ForgotPage = () => {
    const { t } = useTranslation();
    const [isSent, setSent] = useState(false);
    const ask = (email: string) => call(api.POST('/api/v1/auth/forgot-password', { body: { email } }));
    if (isSent)
        return (
            <AuthPanel title={t('recovery.sentTitle')}>
                <p role="status" style={{ margin: 0 }}>{t('recovery.sent')}</p>
                <p className="soft small" style={{ margin: 0 }}>{t('recovery.sentNothing')}</p>
                <Button variant="default" onClick={() => setSent(false)} fullWidth>{t('recovery.sendAgain')}</Button>
                <BackToSignIn />
            </AuthPanel>
        );
    return (
        <AuthPanel title={t('recovery.forgotTitle')}>
            <AskForm lead={t('recovery.forgotLead')} action={t('recovery.send')} ask={ask} done={() => setSent(true)} />
            <BackToSignIn />
        </AuthPanel>
    );
};

const ResetForm = ({ token, done }: { token: string; done: () => void }) => {
    const { t } = useTranslation();
    const set = useMutation({
        mutationFn: (password: string) => call(api.POST('/api/v1/auth/reset-password', { body: { token, password } })),
        onSuccess: done,
    });
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        set.mutate(textOf(new FormData(event.currentTarget), 'password'));
    };
    if (isGone(set.error)) return <><FormErrors error={set.error} /><NewLink /></>;
    return (
        <form className="stack" onSubmit={submit}>
            <p className="soft small" style={{ margin: 0 }}>{t('recovery.resetLead')}</p>
            <FormErrors error={set.error} />
            <PasswordInput name="password" label={t('recovery.newPassword')} description={t('auth.passwordHelp')} required error={fieldErrors(set.error).password} autoComplete="new-password" autoFocus />
            <Button type="submit" loading={set.isPending} fullWidth>{t('recovery.set')}</Button>
        </form>
    );
};

const NoLink = () => {
    const { t } = useTranslation();
    return (
        <AuthPanel title={t('recovery.noLinkTitle')}>
            <p style={{ margin: 0 }}>{t('recovery.noLink')}</p>
            <NewLink />
            <BackToSignIn />
        </AuthPanel>
    );
};

const Done = ({ title, text }: { title: string; text: string }) => {
    const { t } = useTranslation();
    return (
        <AuthPanel title={title}>
            <p role="status" style={{ margin: 0 }}>{text}</p>
            <Button component="a" href="/app/" fullWidth>{t('recovery.signIn')}</Button>
        </AuthPanel>
    );
};

export const ResetPage = ({ token }: { token: string }) => {
    const { t } = useTranslation();
    const [isDone, setDone] = useState(false);
    if (!token) return <NoLink />;
    if (isDone) return <Done title={t('recovery.resetDoneTitle')} text={t('recovery.resetDone')} />;
    return (
        <AuthPanel title={t('recovery.resetTitle')}>
            <ResetForm token={token} done={() => setDone(true)} />
            <BackToSignIn />
        </AuthPanel>
    );
};

const Another = () => {
    const { t } = useTranslation();
    const [isSent, setSent] = useState(false);
    if (isSent) return <p role="status" style={{ margin: 0 }}>{t('recovery.resent')}</p>;
    const ask = (email: string) => call(api.POST('/api/v1/auth/resend-verification', { body: { email } }));
    return <AskForm lead={t('recovery.another')} action={t('recovery.resend')} ask={ask} done={() => setSent(true)} />;
};

/** Asks for a click: programs that look into mail open links, too, and each is good once. */
export const VerifyPage = ({ token }: { token: string }) => {
    const { t } = useTranslation();
    const verify = useMutation({ mutationFn: () => call(api.POST('/api/v1/auth/verify-email', { body: { token } })) });
    if (verify.data)
        return verify.data.email_changed
            ? <Done title={t('recovery.changed')} text={t('recovery.changedLead')} />
            : <Done title={t('recovery.verified')} text={t('recovery.verifiedLead')} />;
    const isOver = !token || isGone(verify.error);
    return (
        <AuthPanel title={t(token ? 'recovery.verifyTitle' : 'recovery.noLinkTitle')}>
            <FormErrors error={verify.error} />
            {isOver ? <Another /> : <><p className="soft small" style={{ margin: 0 }}>{t('recovery.verifyLead')}</p><Button loading={verify.isPending} onClick={() => verify.mutate()} fullWidth>{t('recovery.verify')}</Button></>}
            <BackToSignIn />
        </AuthPanel>
    );
};
