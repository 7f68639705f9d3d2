import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Case } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors, Loading } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { PublicFrame } from './PublicFrame';
import { CaseView } from './CaseView';
import { type Key, readCase } from './queries';

const TrackPage = () => {
    const { t } = useTranslation();
    const [key, setKey] = useState<Key>({ reference: new URLSearchParams(window.location.search).get('reference') ?? '', secret: '' });
    const [shown, setShown] = useState<Case | null>(null);
    const open = useMutation({ mutationFn: () => readCase(key), onSuccess: setShown });
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        open.mutate();
    };
    const another = () => {
        setShown(null);
        setKey({ reference: '', secret: '' });
        open.reset();
    };
    return (
        <PublicFrame title={t('citizens.trackTitle')} lead={t('citizens.trackLead')}>
            {shown ? (
                <div className="stack">
                    <CaseView shown={shown} secret={key} update={setShown} />
                    <div className="no-print"><Button variant="subtle" onClick={another}>{t('citizens.another')}</Button></div>
                </div>
            ) : (
                <form className="panel stack" onSubmit={submit} noValidate>
                    <FormErrors error={open.error} />
                    <TextInput label={t('citizens.reference')} required autoComplete="off" spellCheck={false} value={key.reference} onChange={(event) => setKey({ ...key, reference: event.currentTarget.value })} />
                    <TextInput label={t('citizens.secret')} required autoComplete="off" spellCheck={false} value={key.secret} onChange={(event) => setKey({ ...key, secret: event.currentTarget.value })} />
                    <div><Button type="submit" loading={open.isPending} disabled={!key.reference.trim() || !key.secret.trim()}>{t('citizens.open')}</Button></div>
                    {open.isPending && <Loading rows={3} />}
                </form>
            )}
        </PublicFrame>
    );
};

export default TrackPage;
