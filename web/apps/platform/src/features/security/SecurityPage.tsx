import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@aic/text';
import { ErrorState, Loading, Page, Panel } from '@aic/ui';
import { Address } from './parts/Address';
import { Factor } from './parts/Factor';
import { Password } from './parts/Password';
import { Sessions } from './parts/Sessions';
import { factorQuery, sessionsQuery } from './queries';

export const SecurityPage = () => {
    const { t } = useTranslation();
    const factor = useQuery(factorQuery);
    const sessions = useQuery(sessionsQuery);
    return (
        <Page title={t('security.title')} lead={t('security.lead')}>
            <div className="stack">
                <div className="grid-2">
                    <Panel title={t('security.mfa')}>
                        {factor.isPending && <Loading rows={2} />}
                        {factor.isError && <ErrorState error={factor.error} retry={() => void factor.refetch()} />}
                        {factor.data && <Factor factor={factor.data} />}
                    </Panel>
                    <Panel title={t('security.password')}><Password withCode={factor.data?.enabled ?? false} /></Panel>
                    <Panel title={t('recovery.address')}><Address withCode={factor.data?.enabled ?? false} /></Panel>
                </div>
                <Panel title={t('security.sessions')}>
                    {sessions.isPending && <Loading rows={3} />}
                    {sessions.isError && <ErrorState error={sessions.error} retry={() => void sessions.refetch()} />}
                    {sessions.data && <Sessions items={sessions.data.items} />}
                </Panel>
            </div>
        </Page>
    );
};
