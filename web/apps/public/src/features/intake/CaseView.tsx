import { Button, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Case } from '@aic/api';
import { formatDate, formatDateTime, useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { type Key, reopenCase, withdrawCase, writeToCase } from './queries';

interface Props {
    shown: Case;
    secret: Key;
    update: (next: Case) => void;
}

const looks = { OPEN: 'REVIEW', INVESTIGATING: 'REVIEW', RESOLVED: 'PASS', DISMISSED: 'NONE', CLOSED: 'NONE' } as const;

const Facts = ({ shown }: { shown: Case }) => {
    const { t } = useTranslation();
    return (
        <dl className="facts">
            <dt>{t('citizens.state')}</dt><dd><span className="chip" data-kind={looks[shown.status]}>{t(`citizens.states.${shown.status}`)}</span></dd>
            <dt>{t('citizens.reported')}</dt><dd>{formatDateTime(shown.opened_at)} {shown.organization && t('citizens.to', { organization: shown.organization })}</dd>
            {shown.may_withdraw && <><dt>{t('citizens.due')}</dt><dd>{formatDate(shown.response_due_at)}</dd></>}
            <dt>{t('citizens.category')}</dt><dd>{t(`incidents.category.${shown.category}`)}</dd>
            <dt>{t('citizens.about')}</dt><dd className="words">{shown.description}</dd>
        </dl>
    );
};

const Conversation = ({ shown }: { shown: Case }) => {
    const { t } = useTranslation();
    return (
        <ol className="talk">
            {shown.messages.map((message) => (
                <li key={message.at} data-mine={message.author === 'REPORTER'}>
                    <div className="small soft">{t(message.author === 'REPORTER' ? 'citizens.you' : 'citizens.them')}, {formatDateTime(message.at)}</div>
                    {message.status && <div>{t('citizens.became', { status: t(`citizens.states.${message.status}`) })}</div>}
                    {message.body && <p>{message.body}</p>}
                </li>
            ))}
        </ol>
    );
};

const Write = ({ label, send, save }: { label: string; send: string; save: (words: string) => Promise<Case> }) => {
    const [words, setWords] = useState('');
    const sending = useMutation({ mutationFn: () => save(words.trim()), onSuccess: () => setWords('') });
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        if (words.trim()) sending.mutate();
    };
    return (
        <form className="stack no-print" onSubmit={submit}>
            <FormErrors error={sending.error} />
            <Textarea label={label} autosize minRows={2} maxLength={5000} value={words} onChange={(event) => setWords(event.currentTarget.value)} />
            <div><Button type="submit" variant="default" disabled={!words.trim()} loading={sending.isPending}>{send}</Button></div>
        </form>
    );
};

const Withdraw = ({ secret, update }: Omit<Props, 'shown'>) => {
    const { t } = useTranslation();
    const [asked, setAsked] = useState(false);
    const withdraw = useMutation({ mutationFn: () => withdrawCase(secret), onSuccess: update });
    return (
        <div className="stack no-print">
            <FormErrors error={withdraw.error} />
            {asked
                ? <div className="row" role="group" aria-label={t('citizens.withdraw')}><span>{t('citizens.withdrawSure')}</span><Button color="red" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>{t('citizens.withdrawYes')}</Button><Button variant="default" onClick={() => setAsked(false)}>{t('common.cancel')}</Button></div>
                : <div><Button variant="subtle" onClick={() => setAsked(true)}>{t('citizens.withdraw')}</Button></div>}
        </div>
    );
};

export const CaseView = ({ shown, secret, update }: Props) => {
    const { t } = useTranslation();
    const kept = (sent: Promise<Case>) => sent.then((next) => { update(next); return next; });
    return (
        <div className="stack">
            <section className="panel" aria-labelledby="case"><h2 id="case">{shown.reference}</h2><Facts shown={shown} /></section>
            {shown.public_reply && <section className="panel" aria-labelledby="answer"><h2 id="answer">{t('citizens.answer')}</h2><p className="words">{shown.public_reply}</p></section>}
            <section className="panel stack" aria-labelledby="talk">
                <h2 id="talk">{t('citizens.conversation')}</h2>
                <Conversation shown={shown} />
                {shown.may_withdraw && <Write label={t('citizens.writeLabel')} send={t('citizens.writeSend')} save={(words) => kept(writeToCase(secret, words))} />}
                {shown.may_reopen && <Write label={t('citizens.reopenLabel')} send={t('citizens.reopen')} save={(words) => kept(reopenCase(secret, words))} />}
                {shown.may_withdraw && <Withdraw secret={secret} update={update} />}
            </section>
        </div>
    );
};
