import { useNavigate, useSearch } from '@tanstack/react-router';
import { allAudit, AuditLog, type AuditSearch, readSearch } from '@aic/audit';
import { useTranslation } from '@aic/text';

export const AuditPage = () => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const search: AuditSearch = readSearch(useSearch({ strict: false }));
    return <AuditLog source={allAudit} title={t('audit.title')} lead={t('staff.auditLead')} search={search} go={(next) => void navigate({ to: '.', search: next })} />;
};
