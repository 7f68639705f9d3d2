/** Roles, permissions and API keys. Spread into en.ts. */
export const access = {
    access: {
        nav: 'Roles', title: 'Roles and permissions', lead: 'What each role may do. Who changes it, and when, is in the ledger.',
        matrix: 'Who may do what', matrixLabel: 'Capabilities by role', capability: 'Capability', yes: 'May', no: 'May not', people_one: '{{count}} person', people_other: '{{count}} people',
        category: { Administration: 'Administration', Audit: 'Audit', Growth: 'Growth', Incidents: 'Incidents', Intelligence: 'Analyses and systems' },
        newRole: 'New role', editRole: 'Change {{name}}', change: 'Change', name: 'Name', description: 'What it is for', rights: 'It may', rightsHelp: 'You can give only what you may do yourself.',
        create: 'Make the role', remove: 'Put this role away', removeWhy: 'Nobody can be given it any more; what the ledger says of it stays.', builtIn: 'Built in',
        peopleTitle: 'One person', peopleLead: 'Grant or deny single capabilities, or give a role of your own.', person: 'Person', choose: 'Choose a person',
        role: 'Role', ownRole: '{{role}} (built in)', asRole: 'As the role', granted: 'Granted', denied: 'Denied', choiceOf: '{{capability}}: as the role, granted or denied',
        may: 'May do it', mayNot: 'May not', isAdmin: 'An administrator may do everything. Give this person another role first, then grant or deny.',
        isYou: 'These are your own. Another administrator changes them.', saved: 'Saved. It holds from the next request on.',
        noAccessTitle: 'Roles are for administrators', noAccess: 'Your role lacks the capability manage_roles. Ask an administrator of your organization.',
    },
    apiKeys: {
        nav: 'API keys', title: 'API keys', lead: 'How programs come in: pipelines, notebooks, your own systems. A key can do no more than the person who made it.',
        make: 'New key', name: 'Name', nameHelp: 'Where it is used, so that you know what stops when you revoke it', scopes: 'It may', expires: 'Ends', addresses: 'Only from these networks',
        addressesHelp: 'One a line, such as 192.0.2.0/24. Left empty: from anywhere', days_one: '{{count}} day', days_other: '{{count}} days', key: 'Key', lastUsed: 'Last used', never: 'never',
        usedFrom: '{{when}} from {{ip}}', madeBy: 'Made by', revoke: 'Revoke', rotate: 'Replace', active: 'Active', revoked: 'Revoked', runOut: 'Run out', ends: 'Ends {{when}}',
        shownTitle: 'Your new key', shownLead: 'It is shown only now. Keep it where your program keeps its secrets.', stored: 'I have stored it',
        revokeTitle: 'Revoke {{name}}?', revokeLead: 'Whatever uses it stops at once. This cannot be undone.', rotateTitle: 'Replace {{name}}?',
        rotateLead: 'You get a new key with the same scopes. The old one stays good for a day, so that nothing stops meanwhile.',
        emptyTitle: 'No program has a key yet', empty: 'With a key a pipeline can record each analysis and gate a release on its verdict.',
        scope: { read: 'Read systems, analyses, incidents and the ledger', analyze: 'Analyse data and record the result' },
        noAccessTitle: 'API keys are for administrators', noAccess: 'Your role lacks the capability manage_keys. Ask an administrator of your organization.', label: 'API keys of your organization',
    },
} as const;
