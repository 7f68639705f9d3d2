/** The audit log. Spread into en.ts. */
export const audit = {
    audit: {
        nav: 'Audit log', title: 'Audit log',
        lead: 'Who did what, to what, from where, and whether it was allowed. Rows cannot be changed or removed, and each one seals the one before.',
        when: 'When', who: 'Who', what: 'What', subject: 'On what', outcome: 'Outcome', address: 'Address',
        search: 'Search reason, request or browser', event: 'What happened', from: 'From', to: 'Up to and including',
        actorOnly: 'Only this person', addressOnly: 'Only this address', subjectOnly: 'Only what this is about',
        someone: 'Somebody not signed in', program: 'The platform itself', filteredBy: 'Only',
        OK: 'Done', REFUSED: 'Refused', ERROR: 'Failed',
        export: 'Export CSV', verify: 'Check the seals',
        sound: 'Sound', broken: 'Broken', soundText: 'All {{rows}} rows fit their seals.',
        brokenText: 'Row {{seq}} does not fit, or is missing. Keep an export and tell your auditor.',
        emptyTitle: 'Nothing is on record yet', empty: 'Sign-ins, changes, refusals and exports appear here by themselves.',
        noneTitle: 'No row fits these filters', none: 'Take a filter away, or choose a longer time.', clear: 'Clear filters',
        noAccessTitle: 'The audit log is not open to you', noAccess: 'Administrators and compliance officers read it. Ask one of them for what you need.',
        entry: 'Audit row {{seq}}', changes: 'What changed', field: 'Field', before: 'Before', after: 'After', nothing: 'empty',
        noChanges: 'No field changed.', masked: 'hidden', maskedNote: 'Secrets and personal data are not kept here.',
        reason: 'Reason', request: 'Request', browser: 'Browser or program', hash: 'Seal of this row',
        prevHash: 'Seal of the row before', openSubject: 'Open it',
        events: {
            login: 'Signed in', logout: 'Signed out', register: 'Organization registered', token_refreshed: 'Session continued',
            system_scope_opened: 'Looked across organizations', super_admin_action: 'Super admin acted', forbidden: 'Not allowed',
            data_exported: 'Data exported', system_registered: 'System registered', system_changed: 'System changed',
            organization_changed: 'Organization changed', analysis_run: 'Analysis run',
        },
        subjects: { ai_system: 'System', organization: 'Organization', user: 'Person', analysis: 'Analysis', invite: 'Invitation', mfa_reset: 'Reset of a second factor' },
    },
} as const;
