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
    security: {
        nav: 'Security', group: 'You', title: 'Security', lead: 'How you sign in, and where you are signed in.',
        mfa: 'Second factor', on: 'On', off: 'Off', mfaOn: 'Signing in asks for a code of your authenticator app.',
        mfaOff: 'Signing in asks for your password alone. A code of your telephone keeps out whoever learns it.',
        mfaPasskey: 'Signing in asks for a passkey or a recovery code. An authenticator app can stand beside them.', addCodes: 'Add an authenticator app',
        mfaDuty: 'Your role needs a second factor.', codesLeft_one: '{{count}} recovery code is left.', codesLeft_other: '{{count}} recovery codes are left.',
        renew: 'New recovery codes', disable: 'Switch off', disableTitle: 'Switch the second factor off?', renewTitle: 'Make new recovery codes?',
        renewLead: 'The old ones end at once.', disableLead: 'Then your password alone opens your account. Your recovery codes end, too.',
        password: 'Password', current: 'Current password', next: 'New password', change: 'Change password',
        passwordLead: 'Your other sessions end when it changes.', changed_zero: 'Your password is changed.', changed_one: 'Your password is changed; {{count}} other session has ended.', changed_other: 'Your password is changed; {{count}} other sessions have ended.',
        sessions: 'Where you are signed in', sessionsLabel: 'Your sessions', device: 'Browser', address: 'Address', began: 'Since', seen: 'Last seen', here: 'This one',
        program: { edge: 'Edge', opera: 'Opera', firefox: 'Firefox', chrome: 'Chrome', safari: 'Safari' },
        machine: { android: 'Android', iphone: 'iPhone', ipad: 'iPad', mac: 'macOS', windows: 'Windows', linux: 'Linux' },
        end: 'End', endOthers: 'End all others', unknown: 'Unknown program', only: 'You are signed in nowhere else.',
    },
} as const;
