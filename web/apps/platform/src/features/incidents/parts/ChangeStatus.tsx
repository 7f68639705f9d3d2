import { Button, Checkbox, Select, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { fieldErrors, type Incident } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { isDecision, moves, type Status } from '../names';
import { decide } from '../queries';

const given = (value: string) => value.trim() || undefined;

export const ChangeStatus = ({ incident, update }: { incident: Incident; update: (next: Incident) => void }) => {
    const { t } = useTranslation();
    const choices = moves[incident.status];
    const [chosen, setChosen] = useState<Status | null>(null);
    const [details, setDetails] = useState('');
    const [reply, setReply] = useState('');
    const [cause, setCause] = useState('');
    const [spam, setSpam] = useState(false);
    const to = chosen && choices.includes(chosen) ? chosen : choices[0];
    const save = useMutation({
        mutationFn: (target: Status) => decide(incident.id, { to: target, resolution_details: given(details), public_reply: given(reply), root_cause: given(cause), is_spam: spam || undefined }),
        onSuccess: (next) => {
            setChosen(null);
            setReply('');
            update(next);
        },
    });
    if (!to) return <p className="soft">{t('incidents.done')}</p>;
    const wrong = fieldErrors(save.error);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        save.mutate(to);
    };
    return (
        <form className="stack no-print" onSubmit={submit} noValidate>
            <FormErrors error={save.error} />
            <Select label={t('incidents.move')} allowDeselect={false} value={to} error={wrong.to} data={choices.map((value) => ({ value, label: t(`incidents.moves.${value}`) }))}
                onChange={(value) => setChosen(choices.find((one) => one === value) ?? null)} />
            {isDecision(to) && <Textarea label={t('incidents.resolution')} description={t('incidents.resolutionHelp')} required autosize minRows={2} error={wrong.resolution_details} value={details} onChange={(event) => setDetails(event.currentTarget.value)} />}
            {isDecision(to) && <Textarea label={t('incidents.rootCause')} autosize minRows={1} value={cause} onChange={(event) => setCause(event.currentTarget.value)} />}
            {incident.source === 'CITIZEN' && to !== 'CLOSED' && <Textarea label={t('incidents.reply')} description={t('incidents.replyHelp')} autosize minRows={2} value={reply} onChange={(event) => setReply(event.currentTarget.value)} />}
            {to === 'DISMISSED' && <Checkbox label={t('incidents.isSpam')} checked={spam} onChange={(event) => setSpam(event.currentTarget.checked)} />}
            <div><Button type="submit" loading={save.isPending}>{t(`incidents.moves.${to}`)}</Button></div>
        </form>
    );
};
