import { Button, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { fieldErrors } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors, Page, Panel } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { categories, rights, severities } from './names';
import { type Draft, openIncident, systemChoicesQuery } from './queries';

export const NewIncidentPage = () => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const navigate = useNavigate();
    const systems = useQuery(systemChoicesQuery);
    const [draft, setDraft] = useState<Draft>({ title: '', description: '', category: 'BIAS', severity: 'MEDIUM' });
    const save = useMutation({
        mutationFn: () => openIncident({ ...draft, title: draft.title.trim(), description: draft.description.trim() }),
        onSuccess: async (made) => {
            await client.invalidateQueries({ queryKey: ['incidents'] });
            await navigate({ to: '/incidents/$id', params: { id: made.id } });
        },
    });
    const wrong = fieldErrors(save.error);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        save.mutate();
    };
    return (
        <Page title={t('incidents.open')} lead={t('incidents.openLead')} crumbs={<><Link to="/incidents">{t('incidents.title')}</Link><span>/</span><span>{t('common.new')}</span></>}>
            <Panel>
                <form className="stack narrow-form" onSubmit={submit} noValidate>
                    <FormErrors error={save.error} />
                    <TextInput label={t('incidents.titleLabel')} required maxLength={200} error={wrong.title} value={draft.title} onChange={(event) => setDraft({ ...draft, title: event.currentTarget.value })} />
                    <Textarea label={t('incidents.description')} required autosize minRows={4} maxLength={5000} error={wrong.description} value={draft.description} onChange={(event) => setDraft({ ...draft, description: event.currentTarget.value })} />
                    <div className="grid-2">
                        <Select label={t('incidents.categoryName')} allowDeselect={false} value={draft.category} data={categories.map((value) => ({ value, label: t(`incidents.category.${value}`) }))}
                            onChange={(value) => setDraft({ ...draft, category: categories.find((one) => one === value) ?? 'OTHER' })} />
                        <Select label={t('incidents.severityName')} allowDeselect={false} value={draft.severity} data={severities.map((value) => ({ value, label: t(`incidents.severity.${value}`) }))}
                            onChange={(value) => setDraft({ ...draft, severity: severities.find((one) => one === value) ?? 'MEDIUM' })} />
                        <Select label={t('incidents.systemName')} clearable searchable value={draft.system_id ?? null} error={wrong.system_id}
                            data={(systems.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))} onChange={(value) => setDraft({ ...draft, system_id: value ?? undefined })} />
                        <Select label={t('incidents.right')} clearable value={draft.right_violated ?? null} data={rights.map((value) => ({ value, label: t(`incidents.rights.${value}`) }))}
                            onChange={(value) => setDraft({ ...draft, right_violated: rights.find((one) => one === value) })} />
                    </div>
                    <div><Button type="submit" loading={save.isPending}>{t('incidents.submit')}</Button></div>
                </form>
            </Panel>
        </Page>
    );
};
