export { useSession, useSignOut, SessionGate, wasSignedIn, type Session } from './session';
export { SignInPage } from './SignInPage';
export { pageWithoutSession } from './pageWithoutSession';
export { RecoveryCodes, SetUp } from './SecondFactor';
export { addPasskey } from './PasskeySignIn';
export { hasPasskeys } from './passkey';
export { textOf } from './form';
export { capabilitiesQuery } from './capabilities';
