import { queryOptions } from '@tanstack/react-query';
import { api, call, type Organization } from '@aic/api';
import type { sizes } from './choices';

export const organizationQuery = queryOptions({ queryKey: ['organization'], queryFn: () => call(api.GET('/api/v1/organizations/current')) });

export interface Change {
    name?: string;
    sector?: string;
    country?: string;
    size_band?: (typeof sizes)[number];
    website?: string;
    timezone?: string;
    mfa_required?: boolean;
}

export const changeOrganization = (organization: Organization, body: Change) =>
    call(api.PATCH('/api/v1/organizations/current', { params: { header: { 'If-Match': `"${organization.version}"` } }, body }));
