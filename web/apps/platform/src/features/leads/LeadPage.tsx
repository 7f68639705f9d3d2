import { Anchor, Button, Select, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { fieldErrors, type Lead } from '@aic/api';
import { LeadChip, states } from '@aic/leads';
import { formatDateTime, useTranslation } from '@aic/text';
import { ErrorState, FormErrors, Loading, Page, Panel } from '@aic/ui';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { changeLead, leadQuery } from './queries';

const Facts = ({ lead }: { lead: Lead }) => {
    const { t } = useTranslation();
    const facts: [string, ReactNode][] = [
        [t('auth.email'), <Anchor key="email" href={`mailto:${lead.email}`} inherit>{lead.email}</Anchor>],
        [t('leads.company'), lead.company],
        [t('leads.job'), lead.job_title],
        [t('word.country'), lead.country],
        [t('leads.sourceName'), t(`leads.source.${lead.source}`)],
        [t('leads.kindName'), lead.enquiry_kind && t(`leads.kind.${lead.enquiry_kind}`)],
        [t('leads.message'), lead.message],
        [t('leads.contacts'), t('leads.times', { count: lead.contacts })],
        [t('leads.received'), formatDateTime(lead.created_at)],
        [t('leads.latest'), lead.re_engaged_at && formatDateTime(lead.re_engaged_at)],
        [t('leads.consent'), t(lead.consent_marketing ? 'leads.consentYes' : 'leads.consentNo')],
        [t('leads.owner'), lead.owner_name],
    ];
    return <dl className="facts">{facts.filter(([, value]) => Boolean(value)).map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
};

const History = ({ lead }: { lead: Lead }) => {
    const { t } = useTranslation();
    return (
        <ul className="stack" style={{ margin: 0, paddingLeft: 18 }}>
            {lead.events.map((event) => (
                <li key={event.id}>
                    <strong>{event.kind === 'CONTACT' ? t('leads.wrote') : t('leads.became', { status: event.status ? t(`leads.states.${event.status}`) : '' })}</strong>{' '}
                    <span className="small soft">{formatDateTime(event.at)}{event.author_name && `, ${event.author_name}`}</span>
                    {event.body && <div>{event.body}</div>}
                </li>
            ))}
        </ul>
    );
};

const Edit = ({ lead, update }: { lead: Lead; update: (next: Lead) => void }) => {
    const { t } = useTranslation();
    const [status, setStatus] = useState(lead.status);
    const [notes, setNotes] = useState(lead.notes ?? '');
    const save = useMutation({ mutationFn: () => changeLead(lead, { status, notes }), onSuccess: update });
    const wrong = fieldErrors(save.error);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        save.mutate();
    };
    return (
        <form className="stack" onSubmit={submit} noValidate>
            <FormErrors error={save.error} />
            <Select label={t('word.status')} allowDeselect={false} value={status} error={wrong.status} data={states.map((value) => ({ value, label: t(`leads.states.${value}`) }))}
                onChange={(value) => setStatus(states.find((one) => one === value) ?? lead.status)} />
            <Textarea label={t('leads.notes')} description={t('leads.notesHelp')} autosize minRows={3} maxLength={5000} error={wrong.notes} value={notes} onChange={(event) => setNotes(event.currentTarget.value)} />
            <div className="row"><Button type="submit" loading={save.isPending}>{t('common.save')}</Button><span role="status" className="small soft">{save.isSuccess && t('leads.saved')}</span></div>
        </form>
    );
};

export const LeadPage = () => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const { id = '' } = useParams({ strict: false });
    const { data: lead, isPending, isError, error, refetch } = useQuery(leadQuery(id));
    if (isPending) return <Loading />;
    if (isError) return <ErrorState error={error} retry={() => void refetch()} />;
    const update = (next: Lead) => {
        client.setQueryData(leadQuery(id).queryKey, next);
        void client.invalidateQueries({ queryKey: ['leads', 'list'] });
    };
    const name = lead.name ?? lead.email;
    return (
        <Page title={name} crumbs={<><Link to="/leads">{t('leads.title')}</Link><span>/</span><span>{name}</span></>} lead={<LeadChip status={lead.status} />}>
            <div className="grid-main">
                <div className="stack"><Panel title={t('leads.details')}><Facts lead={lead} /></Panel><Panel title={t('leads.history')}><History lead={lead} /></Panel></div>
                <Panel title={t('common.edit')}><Edit lead={lead} update={update} /></Panel>
            </div>
        </Page>
    );
};
