import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { fieldErrors, type SigningKey } from '@aic/api';
import { textOf } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import type { SubmitEvent } from 'react';
import { markCompromised, rotate } from './queries';

export const looks = { ACTIVE: 'PASS', VERIFYING: 'REVIEW', ENDED: 'NONE', COMPROMISED: 'FAIL' } as const;

export const KeyChip = ({ state }: { state: SigningKey['state'] }) => {
    const { t } = useTranslation();
    return <span className="chip" data-kind={looks[state]}>{t(`staff.keyStates.${state}`)}</span>;
};

export type Deed = { kind: 'rotate' } | { kind: 'emergency' } | { kind: 'compromise'; key: SigningKey };

/** What is said before a key is replaced; what cannot be undone asks for a word to be typed. */
export const Confirm = ({ deed, close }: { deed: Deed; close: () => void }) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const change = useMutation({
        mutationFn: (reason: string) => (deed.kind === 'compromise' ? markCompromised(deed.key.kid, reason) : rotate({ emergency: deed.kind === 'emergency', reason: reason || undefined })),
        onSuccess: async () => {
            await client.invalidateQueries({ queryKey: ['staff', 'keys'] });
            close();
        },
    });
    const wrong = fieldErrors(change.error);
    const word = deed.kind === 'rotate' ? null : t(`staff.words.${deed.kind}`);
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        change.mutate(textOf(new FormData(event.currentTarget), 'reason').trim());
    };
    return (
        <Modal lockScroll={false} opened onClose={close} title={t(`staff.deeds.${deed.kind}`)} closeButtonProps={{ 'aria-label': t('common.close') }}>
            <form className="stack" onSubmit={submit}>
                <p className="small" style={{ margin: 0 }}>{t(`staff.deedText.${deed.kind}`)}</p>
                {deed.kind === 'compromise' && <p className="mono" style={{ margin: 0 }}>{deed.key.kid}</p>}
                <FormErrors error={change.error} />
                <TextInput name="reason" label={t('staff.reason')} description={t('staff.reasonHelp')} maxLength={500} required={deed.kind !== 'rotate'} error={wrong.reason} data-autofocus />
                {word && <TextInput name="word" label={t('staff.typeWord', { word })} required pattern={word} title={word} autoComplete="off" />}
                <Button type="submit" color={deed.kind === 'rotate' ? undefined : 'red.9'} loading={change.isPending}>{t(`staff.deeds.${deed.kind}`)}</Button>
            </form>
        </Modal>
    );
};
