/** The second factor, sessions and the own password. Spread into en.ts. */
export const security = {
    mfa: {
        codeTitle: 'Your code', codeLead: 'Open your authenticator app and type the six digits that it shows for AIC Platform.',
        code: 'Code', codeHelp: 'Six digits, or one of your recovery codes', verify: 'Continue', back: 'Sign in as somebody else',
        setUpTitle: 'Set up a second factor', setUpWhy: 'Your role decides about people or can change who does. A password alone is not enough for it.',
        setUpLead: 'You need an authenticator app on your telephone, such as those of your password manager, Google or Microsoft.',
        begin: 'Set up now', scan: 'Scan this code with the app', type: 'Or type this secret into it', confirm: 'Then type the six digits that it shows', enable: 'Switch on',
        qr: 'QR code for your authenticator app', secret: 'Secret',
        codesTitle: 'Your recovery codes', codesLead: 'Each stands in for your app once, for the day when the telephone is lost. They are shown only now: print them or keep them in your password manager.',
        stored: 'I have stored them', copy: 'Copy', copied: 'Copied', download: 'Download',
        fileName: 'aic-recovery-codes.txt',
    },
    security: { current: 'Current password' },
} as const;
