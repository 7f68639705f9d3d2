import { Button, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { SecondFactor } from '@aic/api';
import { RecoveryCodes, SetUp } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { useState } from 'react';
import { disable, renewCodes } from '../queries';
import { Confirm } from './Confirm';

type Doing = 'setUp' | 'renew' | 'disable' | null;

const Dialogs = ({ doing, withCode, codes, show, close }: { doing: Doing; withCode: boolean; codes: string[] | null; show: (codes: string[]) => void; close: () => void }) => {
    const { t } = useTranslation();
    const named = { closeButtonProps: { 'aria-label': t('common.close') } };
    if (codes) return <Modal lockScroll={false} opened onClose={close} closeOnClickOutside={false} title={t('mfa.codesTitle')} {...named}><RecoveryCodes codes={codes} done={close} /></Modal>;
    if (doing === 'setUp') return <Modal lockScroll={false} opened onClose={close} title={t('mfa.setUpTitle')} {...named}><SetUp askPassword done={(made) => (made.length ? show(made) : close())} /></Modal>;
    if (doing === 'renew')
        return <Confirm title={t('security.renewTitle')} lead={t('security.renewLead')} action={t('security.renew')} withCode={withCode} run={({ password, code }) => renewCodes({ password, code: code || undefined })} done={(answer) => show(answer.recovery_codes)} close={close} />;
    if (doing === 'disable')
        return <Confirm title={t('security.disableTitle')} lead={t('security.disableLead')} action={t('security.disable')} run={disable} done={close} close={close} />;
    return null;
};

export const Factor = ({ factor }: { factor: SecondFactor }) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [doing, setDoing] = useState<Doing>(null);
    const byCodes = factor.methods.includes('totp');
    const [codes, setCodes] = useState<string[] | null>(null);
    const close = () => {
        setDoing(null);
        setCodes(null);
        void client.invalidateQueries({ queryKey: ['security'] });
    };
    return (
        <div className="stack">
            <div><span className="chip" data-kind={factor.enabled ? 'PASS' : 'NONE'}>{t(factor.enabled ? 'security.on' : 'security.off')}</span></div>
            <p style={{ margin: 0 }}>{t(byCodes ? 'security.mfaOn' : factor.enabled ? 'security.mfaPasskey' : 'security.mfaOff')}</p>
            {factor.enabled && <p className="soft small" style={{ margin: 0 }}>{t('security.codesLeft', { count: factor.recovery_codes_left })} {factor.required && t('security.mfaDuty')}</p>}
            <div className="row">
                {!byCodes && <Button variant={factor.enabled ? 'default' : 'filled'} onClick={() => setDoing('setUp')}>{t(factor.enabled ? 'security.addCodes' : 'mfa.begin')}</Button>}
                {factor.enabled && <Button variant="default" onClick={() => setDoing('renew')}>{t('security.renew')}</Button>}
                {byCodes && (!factor.required || factor.methods.includes('passkey')) && <Button variant="default" onClick={() => setDoing('disable')}>{t('security.disable')}</Button>}
            </div>
            <Dialogs doing={doing} withCode={byCodes} codes={codes} show={setCodes} close={close} />
        </div>
    );
};
