import { Button, Modal, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { fieldErrors } from '@aic/api';
import { textOf } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import type { SubmitEvent } from 'react';

interface Props<T> {
    title: string;
    lead: string;
    action: string;
    /** Who has passkeys alone is asked for one apart. */
    withCode?: boolean;
    run: (proof: { password: string; code: string }) => Promise<T>;
    done: (answer: T) => void;
    close: () => void;
}

/** Password and code once more, before something that matters. */
export const Confirm = <T,>({ title, lead, action, withCode = true, run, done, close }: Props<T>) => {
    const { t } = useTranslation();
    const change = useMutation({ mutationFn: run, onSuccess: done });
    const wrong = fieldErrors(change.error);
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        change.mutate({ password: textOf(form, 'password'), code: textOf(form, 'code') });
    };
    return (
        <Modal lockScroll={false} opened onClose={close} title={title} closeButtonProps={{ 'aria-label': t('common.close') }}>
            <form className="stack" onSubmit={submit}>
                <p className="soft small" style={{ margin: 0 }}>{lead}</p>
                <FormErrors error={change.error} />
                <PasswordInput name="password" label={t('security.current')} required error={wrong.password} autoComplete="current-password" data-autofocus />
                {withCode && <TextInput name="code" label={t('mfa.code')} description={t('mfa.codeHelp')} required minLength={6} error={wrong.code} autoComplete="one-time-code" />}
                <Button type="submit" loading={change.isPending}>{action}</Button>
            </form>
        </Modal>
    );
};
