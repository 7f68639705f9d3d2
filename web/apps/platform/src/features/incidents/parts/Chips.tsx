import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconClock, IconEye, IconFlame } from '@tabler/icons-react';
import type { IncidentItem } from '@aic/api';
import { formatRelative, useTranslation } from '@aic/text';
import type { Status } from '../names';

const states = {
    OPEN: ['REVIEW', IconAlertTriangle], INVESTIGATING: ['REVIEW', IconEye], RESOLVED: ['PASS', IconCircleCheck], DISMISSED: ['NONE', IconCircleDashed],
    CLOSED: ['NONE', IconCircleDashed],
} as const;

export const StateChip = ({ status }: { status: Status }) => {
    const { t } = useTranslation();
    const [kind, Icon] = states[status];
    return <span className="chip" data-kind={kind}><Icon aria-hidden /> {t(`incidents.states.${status}`)}</span>;
};

export const SeverityChip = ({ severity }: { severity: IncidentItem['severity'] }) => {
    const { t } = useTranslation();
    const kind = { LOW: 'NONE', MEDIUM: 'NONE', HIGH: 'REVIEW', CRITICAL: 'FAIL' }[severity];
    return <span className="chip" data-kind={kind}><IconFlame aria-hidden /> {t(`incidents.severity.${severity}`)}</span>;
};

/** The clock of an incident that is not decided yet. */
export const DueClock = ({ incident }: { incident: IncidentItem }) => {
    const { t } = useTranslation();
    if (incident.status !== 'OPEN' && incident.status !== 'INVESTIGATING') return <span className="soft">{t('common.none')}</span>;
    return (
        <span className="row">
            <span className="chip" data-kind={incident.is_overdue ? 'FAIL' : 'NONE'}><IconClock aria-hidden /> {incident.is_overdue && `${t('incidents.overdue')}: `}{formatRelative(incident.response_due_at)}</span>
            {incident.escalation_level > 0 && <span className="chip" data-kind="FAIL"><IconAlertTriangle aria-hidden /> {t('incidents.level', { level: incident.escalation_level })}</span>}
        </span>
    );
};
