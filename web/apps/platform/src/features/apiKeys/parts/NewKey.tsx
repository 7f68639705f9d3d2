import { Button, Checkbox, Drawer, Select, TextInput, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { fieldErrors } from '@aic/api';
import { capabilitiesQuery, useSession } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { makeKey } from '../queries';

const lives = ['30', '90', '180', '365'] as const;
const bundles = ['read', 'analyze'] as const;
/* What is about people is not for programs; the server refuses it as well. */
const forPeople = ['manage_keys', 'manage_roles', 'manage_users'];

/** The last day is not used up to its last second: clocks differ. */
const endOf = (days: number) => new Date(Date.now() + days * 86_400_000 - 60_000).toISOString();

interface Props {
    close: () => void;
    made: (secret: string) => void;
}

export const NewKey = ({ close, made }: Props) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const client = useQueryClient();
    const capabilities = useQuery(capabilitiesQuery);
    const [name, setName] = useState('');
    const [scopes, setScopes] = useState<string[]>(['read']);
    const [days, setDays] = useState<string>('90');
    const [networks, setNetworks] = useState('');
    const save = useMutation({
        mutationFn: () => makeKey({ name, scopes, expires_at: endOf(Number(days)), allowed_ips: networks.split(/\s+/).filter(Boolean) }),
        onSuccess: async (answer) => {
            await client.invalidateQueries({ queryKey: ['apiKeys'] });
            close();
            made(answer.key);
        },
    });
    const wrong = fieldErrors(save.error);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        save.mutate();
    };
    const single = (capabilities.data?.items ?? []).filter((row) => can(row.slug) && !forPeople.includes(row.slug));
    return (
        <Drawer opened lockScroll={false} position="right" size="lg" onClose={close} title={t('apiKeys.make')} closeButtonProps={{ 'aria-label': t('common.close') }}>
            <form className="stack" onSubmit={submit}>
                <FormErrors error={save.error} />
                <TextInput label={t('apiKeys.name')} description={t('apiKeys.nameHelp')} required maxLength={100} value={name} error={wrong.name} data-autofocus onChange={(event) => setName(event.currentTarget.value)} />
                <Select label={t('apiKeys.expires')} allowDeselect={false} value={days} error={wrong.expires_at} onChange={(value) => setDays(value ?? '90')} data={lives.map((value) => ({ value, label: t('apiKeys.days', { count: Number(value) }) }))} />
                <Textarea label={t('apiKeys.addresses')} description={t('apiKeys.addressesHelp')} autosize minRows={1} value={networks} error={wrong['allowed_ips/0'] ?? wrong.allowed_ips} onChange={(event) => setNetworks(event.currentTarget.value)} />
                <Checkbox.Group label={t('apiKeys.scopes')} value={scopes} error={wrong.scopes} onChange={setScopes}>
                    <div className="rights">
                        {bundles.map((scope) => <Checkbox key={scope} value={scope} label={t(`apiKeys.scope.${scope}`)} description={<span className="mono">{scope}</span>} />)}
                        {single.map((row) => <Checkbox key={row.slug} value={row.slug} label={row.description} description={<span className="mono">{row.slug}</span>} />)}
                    </div>
                </Checkbox.Group>
                <div><Button type="submit" loading={save.isPending}>{t('apiKeys.make')}</Button></div>
            </form>
        </Drawer>
    );
};
