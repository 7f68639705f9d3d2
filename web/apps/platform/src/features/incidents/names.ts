import type { IncidentItem } from '@aic/api';

export type Status = IncidentItem['status'];

export const statuses = ['OPEN', 'INVESTIGATING', 'RESOLVED', 'DISMISSED', 'CLOSED'] as const;
export const severities = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export const categories = ['UNJUST_DENIAL', 'BIAS', 'NO_HUMAN_APPEAL', 'OPACITY', 'DISHONESTY', 'DIGNITY', 'PRIVACY', 'SAFETY', 'OTHER'] as const;
export const sources = ['CITIZEN', 'TENANT', 'AUDITOR', 'ENGINE', 'MONITOR', 'MONTHLY_REPORT'] as const;
export const rights = ['HUMAN_AGENCY', 'EXPLANATION', 'EMPATHY', 'CORRECTION', 'TRUTH'] as const;

/** Where an incident may go from a status. The server has the last word. */
export const moves: Record<Status, Status[]> = {
    OPEN: ['INVESTIGATING', 'DISMISSED'],
    INVESTIGATING: ['RESOLVED', 'DISMISSED'],
    RESOLVED: ['CLOSED', 'INVESTIGATING'],
    DISMISSED: ['CLOSED', 'INVESTIGATING'],
    CLOSED: [],
};

export const isDecision = (status: Status) => status === 'RESOLVED' || status === 'DISMISSED';
