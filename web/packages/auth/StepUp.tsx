import { Button, Modal, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api, call, fieldErrors, onStepUp, type StepUpChoice, type StepUpProof } from '@aic/api';
import { useTranslation } from '@aic/text';
import { ErrorState, FormErrors, Loading } from '@aic/ui';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { textOf } from './form';
import { hasPasskeys, showPasskey } from './passkey';
import { codeHelp } from './SecondFactor';

const Form = ({ choice, again, done }: { choice: StepUpChoice; again: () => void; done: () => void }) => {
    const { t } = useTranslation();
    const prove = useMutation({
        mutationFn: async (proof: () => Promise<StepUpProof>) => call(api.POST('/api/v1/auth/step-up', { body: await proof() })),
        onSuccess: done,
        onError: again, // what a passkey was asked to sign is spent
    });
    const wrong = fieldErrors(prove.error);
    const byPassword = choice.methods.includes('password');
    const byCode = choice.methods.includes('recovery_code');
    const asked = choice.passkey;
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        prove.mutate(() => Promise.resolve(byPassword ? { password: textOf(form, 'password') } : { code: textOf(form, 'code') }));
    };
    return (
        <form className="stack" onSubmit={submit}>
            <p className="soft small" style={{ margin: 0 }}>{t('stepUp.lead')}</p>
            <FormErrors error={prove.error} />
            {asked && hasPasskeys() && <Button loading={prove.isPending} onClick={() => prove.mutate(async () => ({ passkey: await showPasskey(asked) }))} data-autofocus>{t('passkeys.use')}</Button>}
            {byPassword && <PasswordInput name="password" label={t('security.current')} required error={wrong.password} autoComplete="current-password" data-autofocus />}
            {byCode && <TextInput name="code" label={t('mfa.code')} description={t(codeHelp(choice.methods))} required minLength={6} maxLength={40} error={wrong.code} autoComplete="one-time-code" />}
            <Button type="submit" variant={asked ? 'default' : 'filled'} loading={prove.isPending}>{t('stepUp.go')}</Button>
        </form>
    );
};

const Asking = ({ done }: { done: () => void }) => {
    const choice = useQuery({ queryKey: ['step-up'], queryFn: () => call(api.POST('/api/v1/auth/step-up/options')), staleTime: Infinity, gcTime: 0 });
    if (choice.isPending) return <Loading rows={2} />;
    if (choice.isError) return <ErrorState error={choice.error} retry={() => void choice.refetch()} />;
    return <Form choice={choice.data} again={() => void choice.refetch()} done={done} />;
};

/** Opens when an answer says that a proof of who one is is too old; the request goes on, or stays refused when it is closed. */
export const StepUpDialog = () => {
    const { t } = useTranslation();
    const [isAsking, setAsking] = useState(false);
    const answer = useRef<(proven: boolean) => void>(() => undefined);
    useEffect(() => onStepUp(() => new Promise<boolean>((resolve) => {
        answer.current = resolve;
        setAsking(true);
    })), []);
    const end = (proven: boolean) => {
        setAsking(false);
        answer.current(proven);
    };
    return (
        <Modal lockScroll={false} opened={isAsking} onClose={() => end(false)} title={t('stepUp.title')} zIndex={400} closeButtonProps={{ 'aria-label': t('common.close') }}>
            <Asking done={() => end(true)} />
        </Modal>
    );
};
