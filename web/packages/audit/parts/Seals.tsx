import { Button } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { problemText } from '@aic/api';
import { formatNumber, useTranslation } from '@aic/text';
import type { AuditSource } from '../source';

interface Props {
    source: AuditSource;
    /** Whose chain, where all are shown: nobody's when none is chosen. */
    organization?: string;
}

/** Recomputes a whole chain on the server and says what it found. */
export const Seals = ({ source, organization }: Props) => {
    const { t } = useTranslation();
    const verify = useMutation({ mutationFn: () => source.verify(organization) });
    const result = verify.data;
    return (
        <div className="row">
            <Button variant="default" leftSection={<IconShieldCheck size={18} aria-hidden />} loading={verify.isPending} onClick={() => verify.mutate()}>
                {source.ofAll && !organization ? t('audit.verifyOwn') : t('audit.verify')}
            </Button>
            <div aria-live="polite" className="small">
                {verify.isError && problemText(verify.error)}
                {result?.valid && <><span className="chip" data-kind="PASS">{t('audit.sound')}</span> {t('audit.soundText', { rows: formatNumber(result.checked) })}</>}
                {result && !result.valid && <><span className="chip" data-kind="FAIL">{t('audit.broken')}</span> {t('audit.brokenText', { seq: result.first_bad ?? 0 })}</>}
            </div>
        </div>
    );
};
