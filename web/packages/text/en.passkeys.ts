/** Passkeys, and showing anew who one is. Spread into en.ts. */
export const passkeys = {
    passkeys: {
        title: 'Passkeys', lead: 'A passkey signs you in by the fingerprint, face or PIN of your device, without a password or a code. It works on this site alone, so that nobody can ask it from you.',
        none: 'You have no passkey yet.', add: 'Add a passkey', addTitle: 'Add a passkey', name: 'Name', nameHelp: 'What you will know it by, such as the device that keeps it',
        create: 'Go on', signIn: 'Sign in with a passkey', use: 'Use a passkey', instead: 'Use a passkey instead', first: 'Passkey',
        table: 'Your passkeys', added: 'Added', used: 'Last used', never: 'Never', synced: 'Synced', rename: 'Rename', renameTitle: 'Rename this passkey',
        remove: 'Remove', removeTitle: 'Remove {{name}}?', removeLead: 'It will no longer sign you in. Remove it from your device or password manager as well.',
        cancelled: 'The passkey was not used: it was cancelled, took too long, or none of this device fits.', known: 'This device holds a passkey of your account already.',
        unsupported: 'This browser cannot use passkeys here. Open the site by its name over a secure connection, or take another browser.',
        factorLead: 'Show your passkey, or type one of your recovery codes.', bothLead: 'Show your passkey, or type the six digits of your authenticator app.',
        codeHelp: 'One of your recovery codes', factorTitle: 'Your second factor',
    },
    stepUp: {
        title: 'Show that it is you', lead: 'This matters much, and you signed in a while ago. Show once more that it is you; what you began then goes on.',
        go: 'Go on',
    },
} as const;
