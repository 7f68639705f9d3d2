import { Button, Modal, PasswordInput, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { downloadText, fieldErrors } from '@aic/api';
import { textOf, useSession } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { FormErrors, Page, Panel } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { changeProfile, deleteAccount, languages, ownData } from './queries';

const You = () => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const { me } = useSession();
    const [name, setName] = useState(me.user.name);
    const [language, setLanguage] = useState(me.user.locale);
    const save = useMutation({ mutationFn: () => changeProfile({ name, locale: language }), onSuccess: () => client.invalidateQueries() });
    const wrong = fieldErrors(save.error);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        save.mutate();
    };
    return (
        <form className="stack" onSubmit={submit}>
            <FormErrors error={save.error} />
            <TextInput label={t('profile.name')} required maxLength={200} value={name} error={wrong.name} autoComplete="name" onChange={(event) => setName(event.currentTarget.value)} />
            <TextInput label={t('profile.email')} value={me.user.email} readOnly />
            <Select label={t('profile.language')} allowDeselect={false} value={language} error={wrong.locale} data={languages.map((value) => ({ value, label: t(`languages.${value}`) }))}
                onChange={(value) => setLanguage(languages.find((one) => one === value) ?? language)} />
            <div className="row"><Button type="submit" loading={save.isPending}>{t('common.save')}</Button><span role="status" className="small soft">{save.isSuccess && t('profile.saved')}</span></div>
        </form>
    );
};

const Data = () => {
    const { t } = useTranslation();
    const save = useMutation({ mutationFn: async () => downloadText(t('profile.fileName'), 'application/json', `${JSON.stringify(await ownData(), null, 2)}\n`) });
    return (
        <div className="stack">
            <p style={{ margin: 0 }}>{t('profile.dataLead')}</p>
            <FormErrors error={save.error} />
            <div><Button variant="default" loading={save.isPending} onClick={() => save.mutate()}>{t('profile.download')}</Button></div>
        </div>
    );
};

const Remove = ({ close }: { close: () => void }) => {
    const { t } = useTranslation();
    const remove = useMutation({ mutationFn: deleteAccount, onSuccess: () => window.location.assign('/') });
    const wrong = fieldErrors(remove.error);
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        remove.mutate({ password: textOf(form, 'password'), code: textOf(form, 'code') || undefined });
    };
    return (
        <Modal lockScroll={false} opened onClose={close} title={t('profile.removeTitle')} closeButtonProps={{ 'aria-label': t('common.close') }}>
            <form className="stack" onSubmit={submit}>
                <p style={{ margin: 0 }}>{t('profile.removeLead')}</p>
                <FormErrors error={remove.error} />
                <PasswordInput name="password" label={t('security.current')} required error={wrong.password} autoComplete="current-password" data-autofocus />
                <TextInput name="code" label={t('mfa.code')} description={t('mfa.codeHelp')} error={wrong.code} autoComplete="one-time-code" />
                <div className="row"><Button type="submit" color="red.9" loading={remove.isPending}>{t('profile.removeNow')}</Button><Button variant="default" onClick={close}>{t('common.cancel')}</Button></div>
            </form>
        </Modal>
    );
};

export const ProfilePage = () => {
    const { t } = useTranslation();
    const [removing, setRemoving] = useState(false);
    return (
        <Page title={t('profile.title')} lead={t('profile.lead')}>
            <div className="grid-2">
                <Panel title={t('profile.you')}><You /></Panel>
                <div className="stack">
                    <Panel title={t('profile.data')}><Data /></Panel>
                    <Panel title={t('profile.remove')}>
                        <div className="stack">
                            <p style={{ margin: 0 }}>{t('profile.removeLead')}</p>
                            <div><Button variant="default" onClick={() => setRemoving(true)}>{t('profile.removeAction')}</Button></div>
                        </div>
                    </Panel>
                </div>
            </div>
            {removing && <Remove close={() => setRemoving(false)} />}
        </Page>
    );
};
