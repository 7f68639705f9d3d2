export { useSession, useSignOut, SessionGate, type Session } from './session';
export { SignInPage } from './SignInPage';
