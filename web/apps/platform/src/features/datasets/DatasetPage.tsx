import { Button, Modal } from '@mantine/core';
import { IconChartBar, IconDownload, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type Dataset, problemText, readColumns } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDateTime, formatNumber, useTranslation } from '@aic/text';
import { ErrorState, Hash, Loading, Page, Panel } from '@aic/ui';
import { type ReactNode, useState } from 'react';
import { Profile } from './parts/Profile';
import { StateChip } from './parts/StateChip';
import { Upload } from './parts/Upload';
import { datasetQuery, deleteDataset } from './queries';
import { formatBytes } from './size';

const Facts = ({ dataset }: { dataset: Dataset }) => {
    const { t } = useTranslation();
    const facts: [string, ReactNode][] = [
        [t('datasets.rows'), dataset.rows !== null && formatNumber(dataset.rows)],
        [t('datasets.size'), formatBytes(dataset.upload_offset)],
        [t('datasets.media'), dataset.media_type],
        [t('datasets.purposeName'), t(`datasets.purpose.${dataset.purpose}`)],
        [t('datasets.personal'), dataset.contains_personal ? dataset.legal_basis : t('datasets.personalNo')],
        [t('datasets.until'), dataset.retention_until ? formatDateTime(dataset.retention_until) : t('datasets.untilNone')],
        [t('datasets.received'), formatDateTime(dataset.created_at)],
        [t('datasets.by'), dataset.created_by_name],
        [t('datasets.hash'), dataset.sha256 && <Hash key="hash" value={dataset.sha256} />],
    ];
    return (
        <Panel title={t('datasets.facts')}>
            <dl className="facts">{facts.filter(([, value]) => Boolean(value)).map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
        </Panel>
    );
};

const Remove = ({ id }: { id: string }) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const navigate = useNavigate();
    const [asked, setAsked] = useState(false);
    const remove = useMutation({
        mutationFn: () => deleteDataset(id),
        onSuccess: async () => {
            await navigate({ to: '/datasets' });
            client.removeQueries({ queryKey: datasetQuery(id).queryKey });
            await client.invalidateQueries({ queryKey: ['datasets', 'list'] });
        },
    });
    return (
        <>
            <Button variant="default" leftSection={<IconTrash size={18} aria-hidden />} onClick={() => setAsked(true)}>{t('datasets.remove')}</Button>
            <Modal lockScroll={false} opened={asked} onClose={() => setAsked(false)} title={t('datasets.removeTitle')} closeButtonProps={{ 'aria-label': t('common.close') }}>
                <div className="stack">
                    <p style={{ margin: 0 }}>{t('datasets.removeText')}</p>
                    {remove.isError && <div className="form-errors" role="alert">{problemText(remove.error)}</div>}
                    <div className="row">
                        <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate()}>{t('datasets.removeNow')}</Button>
                        <Button variant="default" onClick={() => setAsked(false)}>{t('common.cancel')}</Button>
                    </div>
                </div>
            </Modal>
        </>
    );
};

export const DatasetPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    const navigate = useNavigate();
    const { id = '' } = useParams({ strict: false });
    const { data: dataset, isPending, isError, error, refetch } = useQuery(datasetQuery(id));
    if (isPending) return <Loading />;
    if (isError) return <ErrorState error={error} retry={() => void refetch()} />;
    const isReady = dataset.status === 'READY';
    const actions = can('run_analysis') && (
        <div className="row no-print">
            {isReady && <Button leftSection={<IconChartBar size={18} aria-hidden />} onClick={() => void navigate({ to: '/analyses/new', search: { dataset_id: id } })}>{t('datasets.analyse')}</Button>}
            {isReady && <Button variant="default" component="a" href={`/api/v1/datasets/${id}/content`} leftSection={<IconDownload size={18} aria-hidden />}>{t('datasets.download')}</Button>}
            <Remove id={id} />
        </div>
    );
    return (
        <Page title={dataset.name} crumbs={<><Link to="/datasets">{t('datasets.title')}</Link><span>/</span><span>{dataset.name}</span></>} lead={<StateChip status={dataset.status} />} action={actions}>
            <div className="stack">
                {dataset.status === 'FAILED' && <Panel title={t('datasets.failedTitle')}><p style={{ margin: 0 }}>{dataset.problem}</p></Panel>}
                {dataset.status === 'UPLOADING' && can('run_analysis') && <Upload id={id} arrived={dataset.upload_offset} done={() => void refetch()} />}
                {isReady && <Profile columns={readColumns(dataset.columns)} />}
                <Facts dataset={dataset} />
            </div>
        </Page>
    );
};
