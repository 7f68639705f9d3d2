import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { DatasetItem } from '@aic/api';
import { useTranslation } from '@aic/text';

const looks = {
    UPLOADING: { kind: 'REVIEW', icon: IconAlertTriangle },
    READY: { kind: 'PASS', icon: IconCircleCheck },
    FAILED: { kind: 'FAIL', icon: IconCircleX },
} as const;

export const StateChip = ({ status }: { status: DatasetItem['status'] }) => {
    const { t } = useTranslation();
    const { kind, icon: Icon } = looks[status];
    return <span className="chip" data-kind={kind}><Icon aria-hidden /> {t(`datasets.states.${status}`)}</span>;
};
