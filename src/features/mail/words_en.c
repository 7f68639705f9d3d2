#include "features/mail/letter.h"

#define YOUR_ACCOUNT "You get this because this address belongs to an account on AIC Platform."
#define NOT_YOU                                                                                                        \
    "If this was not you, set a new password at once and tell an administrator of your organization: somebody else "   \
    "may "                                                                                                             \
    "know your password."

const letter_catalogue letter_words_en = {
    .language = "en",
    .greeting = "Hello,",
    .closing = "AIC Platform",
    .time = "{day} {month} {year}, {clock} UTC",
    .months = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December" },
    .words = { { "ADMIN", "administrator" },
               { "COMPLIANCE_OFFICER", "compliance officer" },
               { "AUDITOR", "internal auditor" },
               { "VIEWER", "viewer" },
               { "OPEN", "open" },
               { "INVESTIGATING", "being investigated" },
               { "RESOLVED", "resolved" },
               { "DISMISSED", "dismissed" },
               { "CLOSED", "closed" },
               { "PASSKEY_ADDED", "a passkey was added" },
               { "PASSKEY_REMOVED", "a passkey was removed" },
               { "CODES_ADDED", "codes of an authenticator app were switched on" },
               { "CODES_REMOVED", "codes of an authenticator app were switched off" } },
    .letters = {
        [LETTER_VERIFY_EMAIL] = {
            .subject = "Confirm your e-mail address",
            .paragraphs = { "Confirm that this address is yours, so that you can sign in and recover your account.",
                            "The link is good once, until {expires:time}." },
            .action = "Confirm this address",
            .reason = "You get this because somebody registered this address on AIC Platform. If that was not you, "
                      "do nothing: without your confirmation the address is not used." },
        [LETTER_KNOWN_ADDRESS] = {
            .subject = "You have an account already",
            .paragraphs = { "Somebody, perhaps you, tried to register an organization with this address. It has an "
                            "account already, so nothing new was made.",
                            "Sign in with the password that you have. If you forgot it, set a new one:" },
            .action = "Set a new password",
            .reason = YOUR_ACCOUNT },
        [LETTER_RESET] = {
            .subject = "Set a new password",
            .paragraphs = { "Somebody, perhaps you, asked to set a new password for your account.",
                            "The link is good once, until {expires:time}. If you did not ask, do nothing: your "
                            "password stays as it is." },
            .action = "Set a new password",
            .reason = YOUR_ACCOUNT },
        [LETTER_PASSWORD_RESET] = {
            .subject = "Your password was set anew",
            .paragraphs = { "A new password was set for your account by a link from a letter to this address. All your "
                            "sessions have ended.",
                            NOT_YOU },
            .action = "Set a new password",
            .reason = YOUR_ACCOUNT },
        [LETTER_PASSWORD_CHANGED] = {
            .subject = "Your password was changed",
            .paragraphs = { "The password of your account was changed. Your other sessions have ended.", NOT_YOU },
            .action = "Set a new password",
            .reason = YOUR_ACCOUNT },
        [LETTER_LOCKED] = {
            .subject = "Your account is locked for a while",
            .paragraphs = { "There were too many wrong passwords or codes. Nobody can sign in to your account until "
                            "{until:time}, not even with the right password.",
                            "If that was you, wait, or set a new password: that unlocks the account at once. If it was "
                            "not you, somebody is guessing; a second factor keeps them out." },
            .action = "Set a new password",
            .reason = YOUR_ACCOUNT },
        [LETTER_MFA_ON] = {
            .subject = "Your second factor was switched on",
            .paragraphs = { "Signing in to your account now asks for a second factor: a code of your authenticator "
                            "app or a passkey. Sessions that began without it have ended.",
                            NOT_YOU },
            .action = "See your security settings",
            .reason = YOUR_ACCOUNT },
        [LETTER_MFA_OFF] = {
            .subject = "Your second factor was switched off",
            .paragraphs = { "Signing in to your account asks for the password alone now.", NOT_YOU },
            .action = "See your security settings",
            .reason = YOUR_ACCOUNT },
        [LETTER_MFA_CHANGED] = {
            .subject = "Your second factor was changed",
            .paragraphs = { "What signing in to your account asks for was changed: {what:word}.", NOT_YOU },
            .action = "See your security settings",
            .reason = YOUR_ACCOUNT },
        [LETTER_RECOVERY_CODES_LOW] = {
            .subject = "Few recovery codes are left",
            .paragraphs = { "A recovery code was used to sign in to your account. Codes that are left: {left}.",
                            "Make new ones before you need them.", NOT_YOU },
            .action = "Make new recovery codes",
            .reason = YOUR_ACCOUNT },
        [LETTER_EMAIL_CHANGE] = {
            .subject = "Confirm your new e-mail address",
            .paragraphs = { "Confirm that this address is yours. From then on you sign in with it, and letters go to it.",
                            "The link is good once, until {expires:time}." },
            .action = "Use this address",
            .reason = "You get this because somebody who is signed in to AIC Platform gave this address as the new one. "
                      "If that was not you, do nothing: without your confirmation it is not used." },
        [LETTER_EMAIL_CHANGE_ASKED] = {
            .subject = "Your e-mail address is about to change",
            .paragraphs = { "Somebody who knows your password asked to change the address of your account to "
                            "{new_email}. It changes once that address is confirmed; until then this one stays.",
                            NOT_YOU },
            .action = "Set a new password",
            .reason = YOUR_ACCOUNT },
        [LETTER_EMAIL_CHANGED] = {
            .subject = "Your e-mail address was changed",
            .paragraphs = { "Your account now belongs to the address {new_email}, which was confirmed. This is the last "
                            "letter about it to this address.",
                            "If this was not you, tell an administrator of your organization at once." },
            .reason = "You get this because this address belonged to an account on AIC Platform until now." },
        [LETTER_INVITATION] = {
            .subject = "{inviter} invites you to {organization}",
            .paragraphs = { "{inviter} invites you to work with {organization} on AIC Platform, as {role:word}.",
                            "The link is good until {expires:time}. If you do not know who this is, do nothing." },
            .action = "Accept the invitation",
            .reason = "You get this because somebody of an organization on AIC Platform gave this address to invite you." },
        [LETTER_CASE_RECEIVED] = {
            .subject = "We have your report {reference}",
            .paragraphs = { "Your report has arrived and has the reference {reference}. You get an answer at the latest "
                            "by {due:time}.",
                            "To follow it you need the reference and the secret that was shown when you sent it. The "
                            "secret is in no letter: nobody can ask you for it." },
            .action = "Follow your report",
            .reason = "You get this because this address was given with a report to AIC Platform." },
        [LETTER_CASE_STATUS] = {
            .subject = "Your report {reference}: {status:word}",
            .paragraphs = { "Your report {reference} is now {status:word}. What was answered stands with your case; open "
                            "it with your reference and your secret." },
            .action = "Follow your report",
            .reason = "You get this because this address was given with a report to AIC Platform." },
        [LETTER_CASE_MESSAGE] = {
            .subject = "A message about your report {reference}",
            .paragraphs = { "There is a message for you about your report {reference}. Open your case with your reference "
                            "and your secret to read it." },
            .action = "Read the message",
            .reason = "You get this because this address was given with a report to AIC Platform." },
    },
};
