import { Button, Select, Switch, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { fieldErrors, type Organization } from '@aic/api';
import { useSession } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { EmptyState, ErrorState, FormErrors, Loading, Page, Panel } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { sizes } from './choices';
import { type Change, changeOrganization, organizationQuery } from './queries';

const useChange = (organization: Organization) => {
    const client = useQueryClient();
    return useMutation({
        mutationFn: (body: Change) => changeOrganization(organization, body),
        onSuccess: (next) => {
            client.setQueryData(organizationQuery.queryKey, next);
            void client.invalidateQueries({ queryKey: ['session'] });
        },
        // What somebody else has changed meanwhile is shown before it is tried again.
        onError: () => client.invalidateQueries({ queryKey: organizationQuery.queryKey }),
    });
};

const Profile = ({ organization }: { organization: Organization }) => {
    const { t } = useTranslation();
    const save = useChange(organization);
    const [typed, setTyped] = useState({
        name: organization.name, sector: organization.sector ?? '', country: organization.country ?? '', website: organization.website ?? '',
        timezone: organization.timezone, size: organization.size_band ?? null,
    });
    const wrong = fieldErrors(save.error);
    const text = (name: 'name' | 'sector' | 'country' | 'website') => ({
        value: typed[name], error: wrong[name], onChange: (event: { currentTarget: { value: string } }) => setTyped({ ...typed, [name]: event.currentTarget.value }),
    });
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        save.mutate({
            name: typed.name, sector: typed.sector || undefined, country: typed.country.toUpperCase() || undefined, website: typed.website || undefined,
            timezone: typed.timezone, size_band: sizes.find((size) => size === typed.size),
        });
    };
    return (
        <form className="stack narrow-form" onSubmit={submit}>
            <FormErrors error={save.error} />
            <TextInput label={t('organization.name')} required maxLength={255} autoComplete="organization" {...text('name')} />
            <TextInput label={t('organization.sector')} maxLength={100} {...text('sector')} />
            <TextInput label={t('organization.country')} description={t('organization.countryHelp')} maxLength={2} autoComplete="country" {...text('country')} />
            <Select label={t('organization.size')} data={[...sizes]} value={typed.size} error={wrong.size_band} onChange={(size) => setTyped({ ...typed, size: sizes.find((one) => one === size) ?? null })} />
            <TextInput label={t('organization.website')} maxLength={300} autoComplete="url" {...text('website')} />
            <Select label={t('organization.timezone')} searchable allowDeselect={false} data={[...new Set(['UTC', organization.timezone, ...Intl.supportedValuesOf('timeZone')])]} value={typed.timezone} error={wrong.timezone}
                onChange={(timezone) => setTyped({ ...typed, timezone: timezone ?? typed.timezone })} />
            <div className="row"><Button type="submit" loading={save.isPending}>{t('common.save')}</Button><span role="status" className="small soft">{save.isSuccess && t('organization.saved')}</span></div>
        </form>
    );
};

const Rules = ({ organization }: { organization: Organization }) => {
    const { t } = useTranslation();
    const save = useChange(organization);
    return (
        <div className="stack">
            <FormErrors error={save.error} />
            <Switch label={t('organization.everybody')} description={t('organization.everybodyHelp')} checked={organization.mfa_required} disabled={save.isPending}
                onChange={(event) => save.mutate({ mfa_required: event.currentTarget.checked })} />
            <span role="status" className="small soft">{save.isSuccess && t('organization.saved')}</span>
        </div>
    );
};

export const OrganizationPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const { data: organization, isPending, isError, error, refetch } = useQuery(organizationQuery);
    if (!can('manage_org')) return <Page title={t('organization.title')}><EmptyState title={t('organization.noAccessTitle')}>{t('organization.noAccess')}</EmptyState></Page>;
    return (
        <Page title={t('organization.title')} lead={t('organization.lead')}>
            {isPending && <Loading />}
            {isError && <ErrorState error={error} retry={() => void refetch()} />}
            {organization && (
                <div className="grid-main">
                    <Panel title={t('organization.profile')}><Profile organization={organization} /></Panel>
                    <Panel title={t('organization.rules')}><Rules organization={organization} /></Panel>
                </div>
            )}
        </Page>
    );
};
