import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { fieldErrors } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { changePassword } from '../queries';

const empty = { current_password: '', new_password: '', code: '' };

export const Password = ({ withCode }: { withCode: boolean }) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [typed, setTyped] = useState(empty);
    const change = useMutation({
        mutationFn: () => changePassword({ ...typed, code: typed.code || undefined }),
        onSuccess: () => {
            setTyped(empty);
            void client.invalidateQueries({ queryKey: ['security'] });
        },
    });
    const wrong = fieldErrors(change.error);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        change.mutate();
    };
    return (
        <form className="stack" onSubmit={submit}>
            <p className="soft small" style={{ margin: 0 }}>{t('security.passwordLead')}</p>
            <FormErrors error={change.error} />
            {change.data && <p role="status" style={{ margin: 0 }}>{t('security.changed', { count: change.data.ended })}</p>}
            <PasswordInput label={t('security.current')} required value={typed.current_password} error={wrong.current_password} autoComplete="current-password"
                onChange={(event) => setTyped({ ...typed, current_password: event.currentTarget.value })} />
            <PasswordInput label={t('security.next')} description={t('auth.passwordHelp')} required value={typed.new_password} error={wrong.new_password} autoComplete="new-password"
                onChange={(event) => setTyped({ ...typed, new_password: event.currentTarget.value })} />
            {withCode && <TextInput label={t('mfa.code')} description={t('mfa.codeHelp')} required value={typed.code} error={wrong.code} autoComplete="one-time-code"
                onChange={(event) => setTyped({ ...typed, code: event.currentTarget.value })} />}
            <div><Button type="submit" loading={change.isPending}>{t('security.change')}</Button></div>
        </form>
    );
};
