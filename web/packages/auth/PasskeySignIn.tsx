import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, call } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { hasPasskeys, makePasskey, showPasskey } from './passkey';

/** Signs in: by itself, or, with the token of a sign-in that wants it, as the second factor. */
export const PasskeySignIn = ({ token, done }: { token?: string; done: () => void }) => {
    const { t } = useTranslation();
    const signIn = useMutation({
        mutationFn: async () => {
            const options = await call(api.POST('/api/v1/auth/passkeys/sign-in/options', { body: { mfa_token: token } }));
            return call(api.POST('/api/v1/auth/passkeys/sign-in', { body: { mfa_token: token, credential: await showPasskey(options) } }));
        },
        onSuccess: done,
    });
    if (!hasPasskeys()) return null;
    return (
        <div className="stack">
            <FormErrors error={signIn.error} />
            <Button variant={token ? 'filled' : 'default'} loading={signIn.isPending} onClick={() => signIn.mutate()} fullWidth>{t(token ? 'passkeys.use' : 'passkeys.signIn')}</Button>
        </div>
    );
};

/** Makes one, by the session or by the token of a sign-in that wants a second factor first; gives the recovery codes that came of it. */
export const addPasskey = async (name: string, token?: string) => {
    const options = await call(api.POST('/api/v1/auth/passkeys/options', { body: { mfa_token: token } }));
    const made = await call(api.POST('/api/v1/auth/passkeys', { body: { mfa_token: token, name, credential: await makePasskey(options) } }));
    return made.first?.recovery_codes ?? [];
};

/** In place of an authenticator app, where a second factor is a duty. */
export const PasskeySetUp = ({ token, done }: { token: string; done: (recoveryCodes: string[]) => void }) => {
    const { t } = useTranslation();
    const add = useMutation({ mutationFn: () => addPasskey(t('passkeys.first'), token), onSuccess: done });
    if (!hasPasskeys()) return null;
    return (
        <div className="stack">
            <FormErrors error={add.error} />
            <Button variant="default" loading={add.isPending} onClick={() => add.mutate()}>{t('passkeys.instead')}</Button>
        </div>
    );
};
