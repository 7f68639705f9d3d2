/** Getting back in, and addresses that are confirmed. Spread into en.ts. */
export const recovery = {
    recovery: {
        forgot: 'Forgot your password?', backToSignIn: 'Back to the sign-in',
        forgotTitle: 'Set a new password', forgotLead: 'Type the address that you sign in with. If it has an account, you get a letter with a link.', send: 'Send the letter',
        sentTitle: 'Look into your mail', sent: 'If this address has an account, a letter is on its way. Its link is good once, for 30 minutes.',
        sentNothing: 'Nothing there after a few minutes? Look into the folder for spam, and at how you wrote the address.', sendAgain: 'Try another address',
        resetTitle: 'Set a new password', resetLead: 'All your sessions end, and you sign in with the new one.', newPassword: 'New password', set: 'Set password',
        resetDoneTitle: 'Your password is set', resetDone: 'All your sessions have ended. Sign in with the new password.', signIn: 'Sign in',
        noLinkTitle: 'This link is not whole', noLink: 'Open it from the letter again, or ask for another one.', newLink: 'Ask for a new link',
        verifyTitle: 'Confirm your address', verifyLead: 'One step more: say that you came from the letter yourself, and not a program that looks into your mail.', verify: 'Confirm',
        verified: 'Your address is confirmed', verifiedLead: 'You can sign in with it.', changed: 'Your address is changed', changedLead: 'Sign in with the new one from now on.',
        another: 'Is it the letter to confirm a new account? You can have another one.', resend: 'Send another letter',
        resent: 'If this address has an account and is not confirmed yet, a letter is on its way. Its link is good once, for 24 hours.',
        confirmTitle: 'Confirm your address', confirmLead: 'Your organization is registered. A letter is on its way to {{email}}: open its link, then sign in.',
        lockedTitle: 'Too many wrong attempts', locked: 'Signing in to this account is locked. Try again in', unlocked: 'The lock is over: you can try again now.',
        lockedHelp: 'Or set a new password by a letter to your address: that unlocks the account at once.',
        address: 'E-mail address', addressNow: 'You sign in with {{email}}.', newAddress: 'New address', changeAddress: 'Change address',
        addressLead: 'It changes when you open the link in the letter to the new one. The old one is told.',
        addressAsked: 'A letter is on its way to the new address. Until its link is opened the old one stays.',
    },
} as const;
