import { Button, Checkbox, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, call, fieldErrors } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { PublicFrame } from './PublicFrame';
import { Trap } from './Trap';

const kinds = ['CORPORATE', 'PROFESSIONAL', 'PARTNERSHIP_MEDIA', 'GENERAL'] as const;
const empty = { first_name: '', last_name: '', email: '', company: '', job_title: '', country: '', message: '', website: '' };
const given = (value: string) => value.trim() || undefined;

const Thanks = () => {
    const { t } = useTranslation();
    return (
        <section className="panel" role="status">
            <h2>{t('citizens.thanksTitle')}</h2>
            <p>{t('citizens.thanks')}</p>
            <Button component="a" variant="default" href="/">{t('citizens.home')}</Button>
        </section>
    );
};

const ContactPage = () => {
    const { t } = useTranslation();
    const [values, setValues] = useState(empty);
    const [kind, setKind] = useState<(typeof kinds)[number]>('GENERAL');
    const [consent, setConsent] = useState(false);
    const send = useMutation({
        mutationFn: () => call(api.POST('/api/v1/contact', { body: {
            first_name: values.first_name.trim(), last_name: given(values.last_name), email: values.email.trim(), company: given(values.company), job_title: given(values.job_title),
            country: given(values.country)?.toUpperCase(), kind, message: values.message.trim(), consent_marketing: consent, website: given(values.website),
        } })),
    });
    const wrong = fieldErrors(send.error);
    const text = (name: keyof typeof values) => ({
        value: values[name], error: wrong[name],
        onChange: (event: { currentTarget: { value: string } }) => setValues({ ...values, [name]: event.currentTarget.value }),
    });
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        send.mutate();
    };
    return (
        <PublicFrame title={t('citizens.contactTitle')} lead={t('citizens.contactLead')}>
            {send.isSuccess ? <Thanks /> : (
                <form className="panel stack" onSubmit={submit} noValidate>
                    <FormErrors error={send.error} />
                    <div className="public-pair">
                        <TextInput label={t('citizens.first')} required autoComplete="given-name" {...text('first_name')} />
                        <TextInput label={t('citizens.last')} autoComplete="family-name" {...text('last_name')} />
                        <TextInput label={t('auth.email')} required type="email" autoComplete="email" {...text('email')} />
                        <TextInput label={t('citizens.company')} autoComplete="organization" {...text('company')} />
                        <TextInput label={t('citizens.job')} autoComplete="organization-title" {...text('job_title')} />
                        <TextInput label={t('citizens.country')} placeholder={t('citizens.countryHelp')} autoComplete="country" maxLength={2} {...text('country')} />
                    </div>
                    <Select label={t('citizens.kind')} allowDeselect={false} value={kind} data={kinds.map((value) => ({ value, label: t(`leads.kind.${value}`) }))}
                        onChange={(value) => setKind(kinds.find((one) => one === value) ?? 'GENERAL')} />
                    <Textarea label={t('citizens.message')} required autosize minRows={4} maxLength={5000} {...text('message')} />
                    <Checkbox label={t('citizens.consent')} checked={consent} onChange={(event) => setConsent(event.currentTarget.checked)} />
                    <Trap value={values.website} change={(website) => setValues({ ...values, website })} />
                    <div><Button type="submit" loading={send.isPending}>{t('citizens.sendMessage')}</Button></div>
                </form>
            )}
        </PublicFrame>
    );
};

export default ContactPage;
