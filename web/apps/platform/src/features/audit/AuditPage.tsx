import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { AuditLog, ownAudit } from '@aic/audit';
import { useSession } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { EmptyState, Page } from '@aic/ui';

const route = getRouteApi('/audit-log');

const place = (type: string, id: string) => (type === 'ai_system' ? `/systems/${id}` : type === 'analysis' ? `/analyses/${id}` : type === 'incident' ? `/incidents/${id}` : null);

const Own = () => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    return <AuditLog source={ownAudit} title={t('audit.title')} lead={t('audit.lead')} search={route.useSearch()} go={(search) => void navigate({ to: '/audit-log', search })} place={place} />;
};

/** Shown to whoever may read it; an address that was passed on tells others whom to ask. */
export const AuditPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    if (can('view_audit_log')) return <Own />;
    return <Page title={t('audit.title')}><EmptyState title={t('audit.noAccessTitle')}>{t('audit.noAccess')}</EmptyState></Page>;
};
