import type { Capability, Role } from '@aic/api';
import { useTranslation } from '@aic/text';

const builtIn = ['ADMIN', 'COMPLIANCE_OFFICER', 'AUDITOR', 'VIEWER'] as const;
export const categories = ['Administration', 'Audit', 'Growth', 'Incidents', 'Intelligence'] as const;

/** A built-in role is called as everywhere, one of the organization's own by its name. */
export const useRoleName = () => {
    const { t } = useTranslation();
    return (role: Role) => {
        const known = role.is_custom ? undefined : builtIn.find((name) => name === role.name);
        return known ? t(`role.${known}`) : role.name;
    };
};

export const categoriesOf = (capabilities: Capability[]) =>
    categories.map((category) => [category, capabilities.filter((row) => row.category === category)] as const).filter(([, rows]) => rows.length > 0);
