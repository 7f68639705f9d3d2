import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Model } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { useState } from 'react';
import { changeModel } from '../queries';

/** Retiring is for good: the name is typed. */
export const Retire = ({ model }: { model: Model }) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [open, setOpen] = useState(false);
    const [typed, setTyped] = useState('');
    const close = () => setOpen(false);
    const retire = useMutation({
        mutationFn: () => changeModel(model, { is_active: false }),
        onSuccess: async () => {
            close();
            await client.invalidateQueries();
        },
    });
    return (
        <>
            <Button variant="default" onClick={() => { setTyped(''); retire.reset(); setOpen(true); }}>{t('model.retire')}</Button>
            <Modal lockScroll={false} opened={open} onClose={close} title={t('model.retireTitle', { name: model.name })} closeButtonProps={{ 'aria-label': t('common.close') }}>
                <form className="stack" onSubmit={(event) => { event.preventDefault(); retire.mutate(); }}>
                    <p style={{ margin: 0 }}>{t('model.retireText')}</p>
                    <FormErrors error={retire.error} />
                    <TextInput label={t('model.retireType', { name: model.name })} value={typed} autoComplete="off" onChange={(event) => setTyped(event.currentTarget.value)} />
                    <div className="row">
                        <Button type="submit" color="red" disabled={typed.trim() !== model.name} loading={retire.isPending}>{t('model.retire')}</Button>
                        <Button variant="default" onClick={close}>{t('common.cancel')}</Button>
                    </div>
                </form>
            </Modal>
        </>
    );
};
