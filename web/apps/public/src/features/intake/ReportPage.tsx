import { Button, Checkbox, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, call, fieldErrors } from '@aic/api';
import { locale, useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { PublicFrame } from './PublicFrame';
import { Trap } from './Trap';
import { categories, languages } from './names';
import { Receipt } from './Receipt';

const empty = { organization: '', system_code: '', description: '', desired_outcome: '', occurred: '', decision_reference: '', email: '', website: '' };
const given = (value: string) => value.trim() || undefined;

/** Midday of a day, where the reporter is: the hour is not asked. */
const midday = (day: string) => (day ? new Date(`${day}T12:00:00`).toISOString() : undefined);

const ReportPage = () => {
    const { t } = useTranslation();
    const [values, setValues] = useState(empty);
    const [category, setCategory] = useState<(typeof categories)[number] | null>(null);
    const [anonymous, setAnonymous] = useState(true);
    const send = useMutation({
        mutationFn: () => call(api.POST('/api/v1/incidents/public', { body: {
            organization: given(values.organization), system_code: given(values.system_code), description: values.description.trim(),
            // Left out, so that the server says in its own words that it is missing.
            category: category ?? (undefined as never),
            desired_outcome: given(values.desired_outcome), occurred_at: midday(values.occurred), decision_reference: given(values.decision_reference),
            email: anonymous ? undefined : given(values.email), language: languages.find((one) => one === locale().slice(0, 2)), website: given(values.website),
        } })),
    });
    const wrong = fieldErrors(send.error);
    const text = (name: keyof typeof values) => ({
        value: values[name], error: wrong[name === 'occurred' ? 'occurred_at' : name],
        onChange: (event: { currentTarget: { value: string } }) => setValues({ ...values, [name]: event.currentTarget.value }),
    });
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        send.mutate();
    };
    return (
        <PublicFrame title={t('citizens.reportTitle')} lead={t('citizens.reportLead')}>
            {send.data ? <Receipt told={send.data} /> : (
                <form className="panel stack" onSubmit={submit} noValidate>
                    <FormErrors error={send.error} />
                    <TextInput label={t('citizens.organization')} description={t('citizens.organizationHelp')} required autoComplete="off" {...text('organization')} />
                    <Select label={t('citizens.category')} placeholder={t('citizens.categoryChoose')} required value={category} error={wrong.category}
                        data={categories.map((value) => ({ value, label: t(`incidents.category.${value}`) }))}
                        onChange={(value) => setCategory(categories.find((one) => one === value) ?? null)} />
                    <Textarea label={t('citizens.description')} description={t('citizens.descriptionHelp')} required autosize minRows={4} maxLength={5000} {...text('description')} />
                    <Textarea label={t('citizens.wish')} autosize minRows={2} maxLength={2000} {...text('desired_outcome')} />
                    <fieldset className="panel stack">
                        <legend><strong>{t('citizens.optional')}</strong></legend>
                        <div className="public-pair">
                            <TextInput label={t('citizens.occurred')} type="date" {...text('occurred')} />
                            <TextInput label={t('citizens.decision')} description={t('citizens.decisionHelp')} {...text('decision_reference')} />
                        </div>
                        <TextInput label={t('citizens.code')} description={t('citizens.codeHelp')} {...text('system_code')} />
                    </fieldset>
                    <Checkbox label={t('citizens.anonymous')} description={t('citizens.anonymousHelp')} checked={anonymous} onChange={(event) => setAnonymous(event.currentTarget.checked)} />
                    {!anonymous && <TextInput label={t('citizens.email')} description={t('citizens.emailHelp')} type="email" autoComplete="email" {...text('email')} />}
                    <Trap value={values.website} change={(website) => setValues({ ...values, website })} />
                    <div><Button type="submit" loading={send.isPending}>{t('citizens.send')}</Button></div>
                </form>
            )}
        </PublicFrame>
    );
};

export default ReportPage;
