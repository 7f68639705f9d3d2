import type { AuditEntry } from '@aic/api';
import { useTranslation } from '@aic/text';
import { words } from '../changes';

export const knownEvents = [
    'login', 'login_failed', 'logout', 'register', 'token_refreshed', 'lockout', 'unlock', 'mfa_asked', 'mfa_failed', 'mfa_setup', 'mfa_enabled',
    'mfa_disabled', 'recovery_codes_renewed', 'password_changed', 'session_ended', 'sessions_ended', 'forbidden', 'data_exported',
    'system_registered', 'system_changed', 'organization_changed', 'analysis_run', 'incident_opened', 'incident_changed',
    'incident_status_changed', 'incident_message_sent', 'incidents_escalated', 'lead_received', 'lead_changed', 'billing_event',
    'billing_event_unmatched', 'system_scope_opened', 'super_admin_action',
] as const;

/** The texts of the log. Features bring events of their own: one without a text is shown in its own words. */
export const useNames = () => {
    const { t } = useTranslation();
    const either = (key: string, name: string): string => t(key as never, { defaultValue: words(name) });
    return {
        event: (name: string) => either(`audit.events.${name}`, name),
        subject: (kind: string) => either(`audit.subjects.${kind}`, kind),
        actor: (entry: Pick<AuditEntry, 'actor_name' | 'actor_id' | 'actor_kind'>) =>
            entry.actor_name ?? entry.actor_id ?? (entry.actor_kind === 'PUBLIC' ? t('audit.someone') : t('audit.program')),
    };
};
