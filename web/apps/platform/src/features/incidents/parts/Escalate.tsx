import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { escalate } from '../queries';

/** Asks the server what would be escalated, tells it, and only then does it. */
export const Escalate = () => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const look = useMutation({ mutationFn: () => escalate(true) });
    const act = useMutation({ mutationFn: () => escalate(false), onSuccess: () => client.invalidateQueries({ queryKey: ['incidents'] }) });
    const found = look.data ? look.data.escalated.length + look.data.level2.length : 0;
    const close = () => {
        look.reset();
        act.reset();
    };
    return (
        <>
            <Button variant="default" loading={look.isPending} onClick={() => look.mutate()}>{t('incidents.escalate')}</Button>
            <Modal opened={look.isSuccess || look.isError} onClose={close} title={found ? t('incidents.escalateTitle') : t('incidents.escalateNone')} lockScroll={false}
                closeButtonProps={{ 'aria-label': t('common.close') }}>
                <div className="stack">
                    <FormErrors error={look.error ?? act.error} />
                    {look.data && <p>{found ? t('incidents.escalateText', { count: found }) : t('incidents.escalateNothing', { scanned: look.data.scanned })}</p>}
                    {found > 0 && <ul>{[...(look.data?.escalated ?? []), ...(look.data?.level2 ?? [])].slice(0, 10).map((one) => <li key={one.id}>{one.reference}: {one.title}</li>)}</ul>}
                    {act.isSuccess && <p role="status">{t('incidents.escalated')}</p>}
                    <div className="row">
                        {found > 0 && !act.isSuccess && <Button loading={act.isPending} onClick={() => act.mutate()}>{t('incidents.escalateNow')}</Button>}
                        <Button variant="default" onClick={close}>{t(act.isSuccess || !found ? 'common.close' : 'common.cancel')}</Button>
                    </div>
                </div>
            </Modal>
        </>
    );
};
