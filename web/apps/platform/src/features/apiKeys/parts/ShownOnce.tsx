import { Button, CopyButton, Modal } from '@mantine/core';
import { useTranslation } from '@aic/text';

/** The key itself, which nobody can ask for again: only a button closes it, no click beside it. */
export const ShownOnce = ({ secret, close }: { secret: string; close: () => void }) => {
    const { t } = useTranslation();
    return (
        <Modal lockScroll={false} opened onClose={close} title={t('apiKeys.shownTitle')} withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false}>
            <div className="stack">
                <p style={{ margin: 0 }}>{t('apiKeys.shownLead')}</p>
                <code className="mono secret" data-testid="secret">{secret}</code>
                <div className="row">
                    <CopyButton value={secret}>{({ copied, copy }) => <Button variant="default" onClick={copy}>{copied ? t('mfa.copied') : t('mfa.copy')}</Button>}</CopyButton>
                    <Button onClick={close}>{t('apiKeys.stored')}</Button>
                </div>
            </div>
        </Modal>
    );
};
