import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiKey } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { revokeKey, rotateKey } from '../queries';

export interface Ending {
    kind: 'revoke' | 'rotate';
    key: ApiKey;
}

interface Props {
    ending: Ending;
    close: () => void;
    made: (secret: string) => void;
}

export const End = ({ ending: { kind, key }, close, made }: Props) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const run = useMutation({
        mutationFn: async () => (kind === 'rotate' ? (await rotateKey(key.id)).key : (await revokeKey(key.id), null)),
        onSuccess: async (secret) => {
            await client.invalidateQueries({ queryKey: ['apiKeys'] });
            close();
            if (secret) made(secret);
        },
    });
    const words = kind === 'rotate'
        ? { title: t('apiKeys.rotateTitle', { name: key.name }), lead: t('apiKeys.rotateLead'), action: t('apiKeys.rotate') }
        : { title: t('apiKeys.revokeTitle', { name: key.name }), lead: t('apiKeys.revokeLead'), action: t('apiKeys.revoke') };
    return (
        <Modal lockScroll={false} opened onClose={close} title={words.title} closeButtonProps={{ 'aria-label': t('common.close') }}>
            <div className="stack">
                <FormErrors error={run.error} />
                <p style={{ margin: 0 }}>{words.lead}</p>
                <div className="row"><Button color={kind === 'revoke' ? 'red' : undefined} loading={run.isPending} onClick={() => run.mutate()}>{words.action}</Button><Button variant="default" onClick={close}>{t('common.cancel')}</Button></div>
            </div>
        </Modal>
    );
};
