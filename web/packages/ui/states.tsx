import { Button, Skeleton } from '@mantine/core';
import { ApiProblem, problemText } from '@aic/api';
import { useTranslation } from '@aic/text';
import { type ReactNode, useEffect } from 'react';

export const Loading = ({ rows = 6 }: { rows?: number }) => {
    const { t } = useTranslation();
    return (
        <div className="stack" role="status" data-skeleton aria-label={t('common.loading')}>
            {Array.from({ length: rows }, (_, i) => <Skeleton key={i} height={30} radius="md" />)}
        </div>
    );
};

export const ErrorState = ({ error, retry }: { error: Error; retry?: () => void }) => {
    const { t } = useTranslation();
    const id = error instanceof ApiProblem ? error.problem.request_id : undefined;
    return (
        <div className="state" role="alert">
            <h2>{t('common.somethingWrong')}</h2>
            <p>{problemText(error)}</p>
            {retry && <Button variant="default" onClick={retry}>{t('common.retry')}</Button>}
            {id && <p className="mono">{t('common.requestId', { id })}</p>}
        </div>
    );
};

export const EmptyState = ({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) => (
    <div className="state">
        <h2>{title}</h2>
        <p>{children}</p>
        {action}
    </div>
);

interface PageProps {
    title: string;
    lead?: ReactNode;
    crumbs?: ReactNode;
    action?: ReactNode;
    children: ReactNode;
}

export const Page = ({ title, lead, crumbs, action, children }: PageProps) => {
    const { t } = useTranslation();
    useEffect(() => {
        document.title = t('common.titleOf', { title });
    }, [title, t]);
    return (
        <>
            {crumbs && <nav className="crumbs" aria-label={t('common.breadcrumb')}>{crumbs}</nav>}
            <header className="page-head">
                <div className="grow">
                    <h1>{title}</h1>
                    {lead && <p>{lead}</p>}
                </div>
                {action}
            </header>
            {children}
        </>
    );
};

export const Panel = ({ title, aside, children }: { title?: string; aside?: ReactNode; children: ReactNode }) => (
    <section className="panel">
        {title && <div className="row apart"><h2 className="panel-title">{title}</h2>{aside}</div>}
        {children}
    </section>
);

export const Figure = ({ name, value, note }: { name: string; value: ReactNode; note?: ReactNode }) => {
    const { t } = useTranslation();
    const missing = value === null || value === undefined;
    return (
        <section className="panel">
            <p className="figure-name">{name}</p>
            <p className={missing ? 'figure-value quiet' : 'figure-value'}>{missing ? t('common.notMeasured') : value}</p>
            {note && <p className="figure-note">{note}</p>}
        </section>
    );
};
