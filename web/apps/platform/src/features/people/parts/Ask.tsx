import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { useState } from 'react';

interface Props<T> {
    title: string;
    text: string;
    action: string;
    /** What has to be typed first: for what cannot be undone. */
    typed?: { label: string; value: string };
    run: () => Promise<T>;
    done: (answer: T) => void;
    close: () => void;
}

/** Says what will happen to somebody, and does it only then. */
export const Ask = <T,>({ title, text, action, typed, run, done, close }: Props<T>) => {
    const { t } = useTranslation();
    const [said, setSaid] = useState('');
    const act = useMutation({ mutationFn: run, onSuccess: done });
    return (
        <Modal lockScroll={false} opened onClose={close} title={title} closeButtonProps={{ 'aria-label': t('common.close') }}>
            <div className="stack">
                <FormErrors error={act.error} />
                <p style={{ margin: 0 }}>{text}</p>
                {typed && <TextInput label={typed.label} value={said} onChange={(event) => setSaid(event.currentTarget.value)} autoComplete="off" data-autofocus />}
                <div className="row">
                    <Button color={typed ? 'red.9' : undefined} disabled={typed !== undefined && said.trim() !== typed.value} loading={act.isPending} onClick={() => act.mutate()}>{action}</Button>
                    <Button variant="default" onClick={close}>{t('common.cancel')}</Button>
                </div>
            </div>
        </Modal>
    );
};
