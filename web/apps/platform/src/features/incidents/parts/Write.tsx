import { Button, Select, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Incident } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { say } from '../queries';

export const Write = ({ incident, update }: { incident: Incident; update: (next: Incident) => void }) => {
    const { t } = useTranslation();
    const [words, setWords] = useState('');
    const [to, setTo] = useState<'INTERNAL' | 'REPORTER'>('INTERNAL');
    const sending = useMutation({
        mutationFn: () => say(incident.id, words.trim(), to),
        onSuccess: (next) => {
            setWords('');
            update(next);
        },
    });
    const readers = incident.source === 'CITIZEN' ? (['INTERNAL', 'REPORTER'] as const) : (['INTERNAL'] as const);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        if (words.trim()) sending.mutate();
    };
    return (
        <form className="stack no-print" onSubmit={submit}>
            <FormErrors error={sending.error} />
            <Textarea label={t('incidents.message')} autosize minRows={2} maxLength={5000} value={words} onChange={(event) => setWords(event.currentTarget.value)} />
            <div className="row">
                <Select aria-label={t('incidents.to')} w={180} allowDeselect={false} value={to} data={readers.map((value) => ({ value, label: t(`incidents.${value}`) }))}
                    onChange={(value) => setTo(value === 'REPORTER' ? 'REPORTER' : 'INTERNAL')} />
                <Button type="submit" variant="default" disabled={!words.trim()} loading={sending.isPending}>{t('incidents.send')}</Button>
                <span role="status" className="small soft">{sending.isSuccess && !words && t('incidents.sent')}</span>
            </div>
        </form>
    );
};
