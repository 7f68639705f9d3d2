import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { fieldErrors } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { useState } from 'react';
import { keepExplanation } from '../queries';

/** Keeps the explanation of this row for good, alone or with the decision that it explains. */
export const Attach = ({ taskId, row }: { taskId: string; row: number }) => {
    const { t } = useTranslation();
    const [open, setOpen] = useState(false);
    const [decision, setDecision] = useState('');
    const close = () => setOpen(false);
    const keep = useMutation({ mutationFn: (to: string | null) => keepExplanation(taskId, row, to), onSuccess: close });
    if (keep.isSuccess) return <Link to="/ledger" className="chip" data-kind="PASS">{t('explanation.kept')}</Link>;
    return (
        <div className="row">
            <Button size="compact-sm" variant="default" title={t('explanation.keepHelp')} loading={keep.isPending && !open} onClick={() => keep.mutate(null)}>{t('explanation.keep')}</Button>
            <Button size="compact-sm" variant="default" onClick={() => { keep.reset(); setOpen(true); }}>{t('explanation.attach')}</Button>
            {!open && <FormErrors error={keep.error} />}
            <Modal lockScroll={false} opened={open} onClose={close} title={t('explanation.attachTitle', { row: row + 1 })} closeButtonProps={{ 'aria-label': t('common.close') }}>
                <form className="stack" onSubmit={(event) => { event.preventDefault(); keep.mutate(decision.trim()); }}>
                    <p style={{ margin: 0 }}>{t('explanation.attachHelp')}</p>
                    <FormErrors error={keep.error} />
                    <TextInput label={t('explanation.decision')} description={t('explanation.decisionHelp')} required value={decision} error={fieldErrors(keep.error).decision_id} autoComplete="off" onChange={(event) => setDecision(event.currentTarget.value)} />
                    <div className="row">
                        <Button type="submit" disabled={decision.trim() === ''} loading={keep.isPending}>{t('explanation.attachIt')}</Button>
                        <Button variant="default" onClick={close}>{t('common.cancel')}</Button>
                    </div>
                </form>
            </Modal>
        </div>
    );
};
