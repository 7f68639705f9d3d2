import { Button } from '@mantine/core';
import { t } from '@aic/text';
import icon from '../../../packages/ui/icon.svg';
import { PublicLinks } from './features/intake/PublicFrame';
import './public.css';

const rights = ['agency', 'explanation', 'empathy', 'correction', 'truth'] as const;

export const HomePage = () => (
    <div className="public">
        <header className="public-head">
            <a className="brand" href="/"><img src={icon} alt="" width="28" height="28" /> {t('home.brand')}</a>
            <PublicLinks />
            <Button component="a" href="/app/">{t('auth.signIn')}</Button>
        </header>
        <main>
            <section className="hero">
                <h1>{t('home.hero')}</h1>
                <p>{t('home.lead')}</p>
                <div className="row"><Button size="md" component="a" href="/app/">{t('staff.openPlatform')}</Button><Button size="md" variant="default" component="a" href="/docs/api">{t('home.readApi')}</Button></div>
            </section>
            <section aria-labelledby="rights">
                <h2 id="rights">{t('home.rightsTitle')}</h2>
                <ol className="rights">{rights.map((name) => <li key={name} className="panel"><strong>{t(`rights.${name}`)}</strong><span className="soft">{t(`rights.${name}Rule`)}</span></li>)}</ol>
            </section>
            <section className="panel row apart" aria-labelledby="harmed">
                <div><h2 id="harmed">{t('citizens.harmed')}</h2><p className="soft">{t('citizens.harmedText')}</p></div>
                <Button component="a" variant="default" href="/citizens/report">{t('citizens.report')}</Button>
            </section>
            <section aria-labelledby="claim" className="grid-2">
                <div className="panel"><h2 id="claim">{t('home.claimTitle')}</h2><p>{t('home.claim')}</p></div>
                <div className="panel"><h2>{t('home.noClaimTitle')}</h2><p>{t('home.noClaim')}</p></div>
            </section>
        </main>
    </div>
);
