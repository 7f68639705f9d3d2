import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@aic/text';
import { ErrorState, Loading, Page, Panel } from '@aic/ui';
import { Address } from './parts/Address';
import { Factor } from './parts/Factor';
import { Passkeys } from './parts/Passkeys';
import { Password } from './parts/Password';
import { Sessions } from './parts/Sessions';
import { factorQuery, passkeysQuery, sessionsQuery } from './queries';

export const SecurityPage = () => {
    const { t } = useTranslation();
    const factor = useQuery(factorQuery);
    const passkeys = useQuery(passkeysQuery);
    const sessions = useQuery(sessionsQuery);
    const byCodes = factor.data?.methods.includes('totp') ?? false;
    return (
        <Page title={t('security.title')} lead={t('security.lead')}>
            <div className="stack">
                <div className="grid-2">
                    <Panel title={t('security.mfa')}>
                        {factor.isPending && <Loading rows={2} />}
                        {factor.isError && <ErrorState error={factor.error} retry={() => void factor.refetch()} />}
                        {factor.data && <Factor factor={factor.data} />}
                    </Panel>
                    <Panel title={t('security.password')}><Password withCode={byCodes} /></Panel>
                    <Panel title={t('recovery.address')}><Address withCode={byCodes} /></Panel>
                </div>
                <Panel title={t('passkeys.title')}>
                    {passkeys.isPending && <Loading rows={2} />}
                    {passkeys.isError && <ErrorState error={passkeys.error} retry={() => void passkeys.refetch()} />}
                    {passkeys.data && <Passkeys items={passkeys.data.items} />}
                </Panel>
                <Panel title={t('security.sessions')}>
                    {sessions.isPending && <Loading rows={3} />}
                    {sessions.isError && <ErrorState error={sessions.error} retry={() => void sessions.refetch()} />}
                    {sessions.data && <Sessions items={sessions.data.items} />}
                </Panel>
            </div>
        </Page>
    );
};
