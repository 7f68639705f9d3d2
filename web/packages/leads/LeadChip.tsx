import type { LeadItem } from '@aic/api';
import { useTranslation } from '@aic/text';

const looks = { NEW: 'REVIEW', CONTACTED: 'NONE', QUALIFIED: 'NONE', PROPOSAL: 'NONE', CONVERTED: 'PASS', CERTIFIED: 'PASS', LOST: 'NONE' } as const;

export const LeadChip = ({ status }: { status: LeadItem['status'] }) => {
    const { t } = useTranslation();
    return <span className="chip" data-kind={looks[status]}>{t(`leads.states.${status}`)}</span>;
};
