import { Button, Checkbox } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import type { Receipt as Told } from '@aic/api';
import { formatDate, useTranslation } from '@aic/text';
import { useEffect, useRef, useState } from 'react';

/** Shown once: whoever leaves before keeping the secret is asked whether they mean it. */
const useWarning = (active: boolean) => {
    useEffect(() => {
        if (!active) return;
        const warn = (event: BeforeUnloadEvent) => event.preventDefault();
        window.addEventListener('beforeunload', warn);
        return () => window.removeEventListener('beforeunload', warn);
    }, [active]);
};

export const Receipt = ({ told }: { told: Told }) => {
    const { t } = useTranslation();
    const [kept, setKept] = useState(false);
    const head = useRef<HTMLHeadingElement>(null);
    useWarning(!kept);
    useEffect(() => head.current?.focus(), []);
    return (
        <section className="panel stack" aria-labelledby="receipt">
            <div>
                <h2 id="receipt" ref={head} tabIndex={-1}>{t('citizens.doneTitle')}</h2>
                <p>{t('citizens.doneText')}</p>
            </div>
            <dl className="facts receipt">
                <dt>{t('citizens.reference')}</dt><dd>{told.reference}</dd>
                <dt>{t('citizens.secret')}</dt><dd>{told.secret}</dd>
            </dl>
            <p>{t('citizens.answerBy', { date: formatDate(told.response_due_at) })}</p>
            <p className="small soft no-print">{t('citizens.leaveWarn')}</p>
            <div className="row no-print"><Button variant="default" leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => window.print()}>{t('citizens.print')}</Button></div>
            <Checkbox className="no-print" label={t('citizens.kept')} checked={kept} onChange={(event) => setKept(event.currentTarget.checked)} />
            {kept && <div className="no-print"><Button component="a" href={`/citizens/track?reference=${told.reference}`}>{t('citizens.follow')}</Button></div>}
        </section>
    );
};
