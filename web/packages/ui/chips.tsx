import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';
import type { Verdict } from '@aic/api';
import { useTranslation } from '@aic/text';

const icons = { PASS: IconCircleCheck, REVIEW: IconAlertTriangle, FAIL: IconCircleX, INSUFFICIENT_DATA: IconCircleDashed };

/** Icon and word as well as colour, so that nobody needs to tell the colours apart. */
export const VerdictChip = ({ verdict }: { verdict: Verdict }) => {
    const { t } = useTranslation();
    const Icon = icons[verdict];
    return (
        <span className="chip" data-kind={verdict === 'INSUFFICIENT_DATA' ? 'NONE' : verdict}>
            <Icon aria-hidden /> {t(`verdict.${verdict}`)}
        </span>
    );
};

export const TierChip = ({ tier }: { tier: 'TIER_1' | 'TIER_2' | 'TIER_3' | null }) => {
    const { t } = useTranslation();
    return <span className="chip" data-kind={tier ? 'NONE' : 'REVIEW'}>{t(`tier.${tier ?? 'none'}`)}</span>;
};

export const StatusChip = ({ status }: { status: 'DRAFT' | 'ACTIVE' | 'SUSPENDED' | 'RETIRED' }) => {
    const { t } = useTranslation();
    const kind = { DRAFT: 'NONE', ACTIVE: 'PASS', SUSPENDED: 'REVIEW', RETIRED: 'NONE' }[status];
    return <span className="chip" data-kind={kind}>{t(`status.${status}`)}</span>;
};
