import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { fieldErrors } from '@aic/api';
import { useSession } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { changeEmail } from '../queries';

const empty = { new_email: '', password: '', code: '' };

export const Address = ({ withCode }: { withCode: boolean }) => {
    const { t } = useTranslation();
    const { me } = useSession();
    const [typed, setTyped] = useState(empty);
    const change = useMutation({ mutationFn: () => changeEmail({ ...typed, code: typed.code || undefined }), onSuccess: () => setTyped(empty) });
    const wrong = fieldErrors(change.error);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        change.mutate();
    };
    return (
        <form className="stack" onSubmit={submit}>
            <p style={{ margin: 0 }}>{t('recovery.addressNow', { email: me.user.email })}</p>
            <p className="soft small" style={{ margin: 0 }}>{t('recovery.addressLead')}</p>
            <FormErrors error={change.error} />
            {change.data && <p role="status" style={{ margin: 0 }}>{t('recovery.addressAsked')}</p>}
            <TextInput type="email" label={t('recovery.newAddress')} required value={typed.new_email} error={wrong.new_email} autoComplete="email"
                onChange={(event) => setTyped({ ...typed, new_email: event.currentTarget.value })} />
            <PasswordInput label={t('security.current')} required value={typed.password} error={wrong.password} autoComplete="current-password"
                onChange={(event) => setTyped({ ...typed, password: event.currentTarget.value })} />
            {withCode && <TextInput label={t('mfa.code')} description={t('mfa.codeHelp')} required value={typed.code} error={wrong.code} autoComplete="one-time-code"
                onChange={(event) => setTyped({ ...typed, code: event.currentTarget.value })} />}
            <div><Button type="submit" loading={change.isPending}>{t('recovery.changeAddress')}</Button></div>
        </form>
    );
};
