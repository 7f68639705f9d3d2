import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiProblem, api, call, type Me } from '@aic/api';
import { useTranslation } from '@aic/text';
import { ErrorState, Loading } from '@aic/ui';
import { createContext, type ReactNode, Suspense, useContext, useEffect, useState } from 'react';
import { RecoveryCodes } from './SecondFactor';
import { SignInPage } from './SignInPage';
import { StepUpDialog } from './StepUp';

export interface Session {
    me: Me;
    can: (capability: string) => boolean;
}

const SessionContext = createContext<Session | null>(null);

export const useSession = (): Session => {
    const session = useContext(SessionContext);
    if (!session) throw new Error('useSession is only for pages behind the sign-in.');
    return session;
};

export const sessionKey = ['session'];

const Waiting = () => <div className="auth"><div className="card"><Loading rows={3} /></div></div>;

/** Whether somebody was signed in here the last time: worth loading what they will see before the server has answered. */
export const wasSignedIn = () => localStorage.getItem('aic.signed-in') === 'yes';

const FirstCodes = (props: { codes: string[]; done: () => void }) => {
    const { t } = useTranslation();
    return <main className="auth"><div className="card panel stack"><h1>{t('mfa.codesTitle')}</h1><RecoveryCodes {...props} /></div></main>;
};

/** Shows what needs a person only to a person who is signed in; everyone else sees the sign-in in its place, so that the
    address, and what was typed into it, stays. */
export const SessionGate = ({ mayRegister, children }: { mayRegister?: boolean; children: ReactNode }) => {
    const [codes, setCodes] = useState<string[] | null>(null);
    const me = useQuery({ queryKey: sessionKey, queryFn: () => call(api.GET('/api/v1/auth/me')), staleTime: 60_000 });
    useEffect(() => {
        if (!me.isPending) localStorage.setItem('aic.signed-in', me.isSuccess ? 'yes' : 'no');
    }, [me.isPending, me.isSuccess]);
    if (codes) return <FirstCodes codes={codes} done={() => void me.refetch().then(() => setCodes(null))} />;
    if (me.isPending) return <Waiting />;
    if (me.isError) {
        if (me.error instanceof ApiProblem && me.error.status === 401) return <SignInPage mayRegister={mayRegister} onCodes={setCodes} />;
        return <ErrorState error={me.error} retry={() => void me.refetch()} />;
    }
    const can = (capability: string) => me.data.capabilities.includes(capability);
    return <SessionContext value={{ me: me.data, can }}><Suspense fallback={<Waiting />}>{children}</Suspense><StepUpDialog /></SessionContext>;
};

export const useSignOut = () => {
    const client = useQueryClient();
    const signOut = useMutation({
        mutationFn: () => call(api.POST('/api/v1/auth/logout')),
        onSettled: () => {
            client.clear();
            window.location.reload();
        },
    });
    return () => signOut.mutate();
};
