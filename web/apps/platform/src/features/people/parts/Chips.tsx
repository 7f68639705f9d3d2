import type { Invite, Person } from '@aic/api';
import { formatDateTime, useTranslation } from '@aic/text';

/** Whether somebody can sign in. */
export const StatusChip = ({ person }: { person: Person }) => {
    const { t } = useTranslation();
    if (!person.is_active) return <span className="chip" data-kind="NONE">{t('people.statuses.DEACTIVATED')}</span>;
    if (person.locked_until) return <span className="chip" data-kind="REVIEW" title={t('people.lockedUntil', { time: formatDateTime(person.locked_until) })}>{t('people.statuses.LOCKED')}</span>;
    return <span className="chip" data-kind="PASS">{t('people.statuses.ACTIVE')}</span>;
};

export const FactorChip = ({ person }: { person: Person }) => {
    const { t } = useTranslation();
    if (person.mfa_enabled) return <span className="chip" data-kind="PASS">{t('people.factorOn')}</span>;
    return <span className="chip" data-kind={person.mfa_required ? 'REVIEW' : 'NONE'}>{t(person.mfa_required ? 'people.factorMissing' : 'people.factorOff')}</span>;
};

export const RoleChip = ({ person }: { person: Person }) => {
    const { t } = useTranslation();
    return (
        <span className="row" style={{ gap: 6 }}>
            <span className="chip" data-kind="NONE">{t(`role.${person.role}`)}</span>
            {person.is_super_admin && <span className="chip" data-kind="REVIEW">{t('people.superAdmin')}</span>}
        </span>
    );
};

const looks = { OPEN: 'PASS', USED: 'NONE', EXPIRED: 'NONE', REVOKED: 'NONE' } as const;

export const InviteChip = ({ status }: { status: Invite['status'] }) => {
    const { t } = useTranslation();
    return <span className="chip" data-kind={looks[status]}>{t(`invites.states.${status}`)}</span>;
};
