import { audit } from './en.audit';

export const en = {
    ...audit,
    app: { name: 'AIC Platform', claim: 'A named human stays accountable.' },
    nav: {
        overview: 'Overview', record: 'Record', dashboard: 'Dashboard', systems: 'Systems', analyses: 'Analyses', ledger: 'Ledger',
        menu: 'Menu', collapse: 'Collapse navigation', search: 'Search or jump to…', signOut: 'Sign out', newAnalysis: 'New analysis',
        newSystem: 'Register a system', skip: 'Skip to content',
    },
    common: {
        retry: 'Try again', requestId: 'Request {{id}}', somethingWrong: 'This could not be loaded', save: 'Save', cancel: 'Cancel', back: 'Back',
        next: 'Continue', close: 'Close', notMeasured: 'not yet measured', none: '–', loadMore: 'Show more', copy: 'Copy', copied: 'Copied',
        pleaseCorrect: 'Please correct the following', all: 'All', loading: 'Loading', optional: 'optional', seeAll: 'See all', table: 'Table',
        chart: 'Chart', clear: 'Clear filters',
    },
    auth: {
        signIn: 'Sign in', email: 'E-mail', password: 'Password', welcome: 'Sign in to AIC', register: 'Create an account', noAccount: 'New here?',
        haveAccount: 'Have an account?', organization: 'Organization', yourName: 'Your name', passwordHelp: 'At least 12 characters. A few unrelated words make a good one.',
        createAccount: 'Create account', registerTitle: 'Start with your organization', registered: 'Your organization is registered. Sign in to go on.',
        ended: 'Your session has ended. Sign in to go on where you were.',
    },
    verdict: { PASS: 'Pass', REVIEW: 'Review', FAIL: 'Fail', INSUFFICIENT_DATA: 'Not enough data' },
    tier: { TIER_1: 'Tier 1 · human-approved', TIER_2: 'Tier 2 · human-supervised', TIER_3: 'Tier 3 · automated-permissible', none: 'Not classified' },
    status: { DRAFT: 'Draft', ACTIVE: 'Active', SUSPENDED: 'Suspended', RETIRED: 'Retired' },
    stage: { DEVELOPMENT: 'Development', TESTING: 'Testing', PRODUCTION: 'Production', DECOMMISSIONED: 'Decommissioned' },
    useCase: {
        HIRING: 'Hiring', FINANCE: 'Finance', HEALTHCARE: 'Healthcare', INSURANCE: 'Insurance', GOVERNMENT: 'Government', RETAIL: 'Retail', OTHER: 'Other',
    },
    role: { ADMIN: 'Administrator', COMPLIANCE_OFFICER: 'Compliance officer', AUDITOR: 'Internal auditor', VIEWER: 'Viewer' },
} as const;
