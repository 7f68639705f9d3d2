import { Button } from '@mantine/core';
import { useTranslation } from '@aic/text';
import { type ReactNode, useEffect } from 'react';
import icon from '../../../../../packages/ui/icon.svg';

const links = [['/citizens/report', 'citizens.report'], ['/citizens/track', 'citizens.track'], ['/contact', 'citizens.contact']] as const;

/** What stands round every page but the first one. */
export const PublicFrame = ({ title, lead, children }: { title: string; lead: string; children: ReactNode }) => {
    const { t } = useTranslation();
    useEffect(() => {
        document.title = t('common.titleOf', { title });
    }, [title, t]);
    return (
        <div className="public">
            <a className="skip" href="#main">{t('nav.skip')}</a>
            <header className="public-head no-print">
                <a className="brand" href="/"><img src={icon} alt="" width="28" height="28" /> {t('home.brand')}</a>
                <PublicLinks />
                <Button component="a" href="/app/">{t('auth.signIn')}</Button>
            </header>
            <main id="main" className="public-page">
                <h1>{title}</h1>
                <p className="soft public-lead">{lead}</p>
                {children}
            </main>
        </div>
    );
};

export const PublicLinks = () => {
    const { t } = useTranslation();
    return (
        <nav className="public-links" aria-label={t('citizens.pages')}>
            {links.map(([to, name]) => <a key={to} href={to} aria-current={window.location.pathname === to ? 'page' : undefined}>{t(name)}</a>)}
        </nav>
    );
};
