export { useSession, useSignOut, SessionGate, wasSignedIn, type Session } from './session';
export { SignInPage } from './SignInPage';
export { RecoveryCodes, SetUp } from './SecondFactor';
export { textOf } from './form';
export { capabilitiesQuery } from './capabilities';
