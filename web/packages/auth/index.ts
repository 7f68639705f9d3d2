export { useSession, useSignOut, SessionGate, wasSignedIn, type Session } from './session';
export { SignInPage } from './SignInPage';
