import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import type { ModelItem } from '@aic/api';
import { useTranslation } from '@aic/text';

const looks = { UNKNOWN: ['NONE', IconCircleDashed], STABLE: ['PASS', IconCircleCheck], WARNING: ['REVIEW', IconAlertTriangle], CRITICAL: ['FAIL', IconCircleX] } as const;

/** Whether what it sees today is still what it was made for. */
export const DriftLight = ({ status }: { status: ModelItem['drift_status'] }) => {
    const { t } = useTranslation();
    const [kind, Icon] = looks[status];
    return <span className="chip" data-kind={kind}><Icon aria-hidden /> {t(`models.light.${status}`)}</span>;
};
