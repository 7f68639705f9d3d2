import { Anchor } from '@mantine/core';
import { ApiProblem } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { useEffect, useState } from 'react';
import { clockOf } from './clock';

/** Counts by the clock, not by ticks: a computer that slept shows the right time. */
const useSecondsUntil = (end: number) => {
    const [now, setNow] = useState(() => Date.now());
    const left = Math.max(0, Math.ceil((end - now) / 1000));
    useEffect(() => {
        if (left === 0) return;
        const timer = setInterval(() => setNow(Date.now()), 1000);
        return () => clearInterval(timer);
    }, [left]);
    return left;
};

const Locked = ({ seconds }: { seconds: number }) => {
    const { t } = useTranslation();
    const [end] = useState(() => Date.now() + seconds * 1000);
    const left = useSecondsUntil(end);
    if (left === 0) return <p role="status" style={{ margin: 0 }}>{t('recovery.unlocked')}</p>;
    return (
        <div className="form-errors" role="alert">
            <strong>{t('recovery.lockedTitle')}</strong>
            {/* Read once with the alert, and not again each second. */}
            <div>{t('recovery.locked')} <span style={{ fontVariantNumeric: 'tabular-nums' }} role="timer" aria-live="off">{clockOf(left)}</span>.</div>
            <div className="small">{t('recovery.lockedHelp')} <Anchor href="/app/forgot" inherit underline="always">{t('recovery.resetTitle')}</Anchor></div>
        </div>
    );
};

/** What went wrong with a sign-in; while the account is locked, for how much longer. */
export const SignInErrors = ({ error }: { error: Error | null }) => {
    if (error instanceof ApiProblem && error.status === 423 && error.problem.retry_after)
        return <Locked key={error.problem.request_id} seconds={error.problem.retry_after} />;
    return <FormErrors error={error} />;
};
