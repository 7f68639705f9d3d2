import { useTranslation } from '@aic/text';
import { type ReactNode, useEffect } from 'react';
import icon from '../ui/icon.svg';

/** The frame of every page for somebody who is not signed in. */
export const AuthPanel = ({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) => {
    const { t } = useTranslation();
    useEffect(() => {
        document.title = t('common.titleOf', { title });
    }, [title, t]);
    return (
        <main className="auth">
            <div className="card panel stack">
                <div>
                    <img src={icon} alt="" width="40" height="40" />
                    <h1>{title}</h1>
                    {lead && <p className="soft small">{lead}</p>}
                </div>
                {children}
            </div>
        </main>
    );
};
