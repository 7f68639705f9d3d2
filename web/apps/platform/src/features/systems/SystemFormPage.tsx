import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { api, call, type System } from '@aic/api';
import { useTranslation } from '@aic/text';
import { ErrorState, Loading, Page, Panel } from '@aic/ui';
import { systemQuery } from './queries';
import { SystemForm, type SystemValues } from './SystemForm';

const useSaved = () => {
    const client = useQueryClient();
    const navigate = useNavigate();
    return async (system: System) => {
        await client.invalidateQueries();
        await navigate({ to: '/systems/$id', params: { id: system.id } });
    };
};

export const NewSystemPage = () => {
    const { t } = useTranslation();
    const create = useMutation({ mutationFn: (body: SystemValues) => call(api.POST('/api/v1/systems', { body })), onSuccess: useSaved() });
    return (
        <Page title={t('nav.newSystem')} crumbs={<><Link to="/systems">{t('nav.systems')}</Link><span>/</span><span>{t('common.new')}</span></>}
            lead={t('systems.newLead')}>
            <Panel><SystemForm error={create.error} saving={create.isPending} submitLabel={t('systems.register')} save={(values) => create.mutate(values)} /></Panel>
        </Page>
    );
};

export const EditSystemPage = () => {
    const { t } = useTranslation();
    const { id = '' } = useParams({ strict: false });
    const system = useQuery({ ...systemQuery(id), staleTime: Infinity });
    const saved = useSaved();
    const change = useMutation({
        mutationFn: (body: SystemValues) => call(api.PATCH('/api/v1/systems/{id}', {
            params: { path: { id }, header: { 'If-Match': `"${system.data?.version ?? 0}"` } }, body,
        })),
        onSuccess: saved,
    });
    if (system.isPending) return <Loading />;
    if (system.isError) return <ErrorState error={system.error} />;
    return (
        <Page title={t('systems.editTitle', { name: system.data.name })} crumbs={<><Link to="/systems">{t('nav.systems')}</Link><span>/</span><Link to="/systems/$id" params={{ id }}>{system.data.name}</Link></>}
            lead={t('systems.editLead')}>
            <Panel><SystemForm system={system.data} error={change.error} saving={change.isPending} submitLabel={t('common.save')} save={(values) => change.mutate(values)} /></Panel>
        </Page>
    );
};
