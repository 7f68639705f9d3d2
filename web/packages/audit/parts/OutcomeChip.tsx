import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { AuditEntry } from '@aic/api';
import { useTranslation } from '@aic/text';

const looks = { OK: ['PASS', IconCircleCheck], REFUSED: ['REVIEW', IconAlertTriangle], ERROR: ['FAIL', IconCircleX] } as const;

export const OutcomeChip = ({ outcome }: { outcome: AuditEntry['outcome'] }) => {
    const { t } = useTranslation();
    const [kind, Icon] = looks[outcome];
    return <span className="chip" data-kind={kind}><Icon aria-hidden /> {t(`audit.${outcome}`)}</span>;
};
