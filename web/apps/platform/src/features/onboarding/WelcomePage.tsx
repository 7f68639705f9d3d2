import { Button, Select, Stepper, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, call, fieldErrors, type Organization } from '@aic/api';
import { useSession } from '@aic/auth';
import { t, useTranslation } from '@aic/text';
import { ErrorState, FormErrors, Loading, Page, Panel } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';

const sizes = ['1-50', '51-250', '251-1000', '1001-5000', '5000+'] as const;
const countries = ['ZA', 'BW', 'NA', 'MU', 'KE', 'NG', 'GB', 'DE', 'FR', 'NL', 'US', 'CA', 'BR', 'IN', 'SG', 'AU'];

const Details = ({ organization, done }: { organization: Organization; done: () => void }) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [sector, setSector] = useState(organization.sector ?? '');
    const [country, setCountry] = useState(organization.country ?? null);
    const [size, setSize] = useState<string | null>(organization.size_band ?? null);
    const names = new Intl.DisplayNames(undefined, { type: 'region' });
    const save = useMutation({
        mutationFn: () => call(api.PATCH('/api/v1/organizations/current', {
            params: { header: { 'If-Match': `"${organization.version}"` } },
            body: { sector: sector || undefined, country: country ?? undefined, size_band: sizes.find((s) => s === size), timezone: Intl.DateTimeFormat().resolvedOptions().timeZone },
        })),
        onSuccess: async () => {
            await client.invalidateQueries();
            done();
        },
    });
    const wrong = fieldErrors(save.error);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        save.mutate();
    };
    return (
        <form className="stack narrow-form" onSubmit={submit}>
            <FormErrors error={save.error} />
            <TextInput label={t('word.sector')} placeholder={t('welcome.sectorExample')} value={sector} onChange={(event) => setSector(event.currentTarget.value)} error={wrong.sector} />
            <Select label={t('word.country')} searchable data={countries.map((code) => ({ value: code, label: names.of(code) ?? code }))} value={country} onChange={setCountry} error={wrong.country} />
            <Select label={t('welcome.employees')} data={[...sizes]} value={size} onChange={setSize} error={wrong.size_band} />
            <div className="row"><Button type="submit" loading={save.isPending}>{t('common.next')}</Button><Button variant="subtle" onClick={done}>{t('welcome.skip')}</Button></div>
        </form>
    );
};

export const WelcomePage = () => {
    const { me, can } = useSession();
    const [step, setStep] = useState(can('manage_org') ? 0 : 1);
    const organization = useQuery({ queryKey: ['organization'], queryFn: () => call(api.GET('/api/v1/organizations/current')) });
    if (organization.isPending) return <Loading />;
    if (organization.isError) return <ErrorState error={organization.error} retry={() => void organization.refetch()} />;
    return (
        <Page title={t('welcome.title', { name: me.user.name })} lead={t('welcome.lead')}>
            <Panel>
                <Stepper active={step} onStepClick={setStep} size="sm">
                    <Stepper.Step label={t('welcome.organization')}>
                        <Details organization={organization.data} done={() => setStep(1)} />
                    </Stepper.Step>
                    <Stepper.Step label={t('welcome.system')}>
                        <p>{t('welcome.systemText')}</p>
                        <Button component={Link} to="/systems/new">{t('nav.newSystem')}</Button>
                    </Stepper.Step>
                    <Stepper.Step label={t('welcome.analysis')}>
                        <p>{t('welcome.analysisText')}</p>
                        <Button component={Link} to="/analyses/new">{t('welcome.runAnalysis')}</Button>
                    </Stepper.Step>
                </Stepper>
            </Panel>
        </Page>
    );
};
