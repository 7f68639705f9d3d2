import './models.css';

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Model } from '@aic/api';
import { useSession } from '@aic/auth';
import { FileDrop } from '@aic/files';
import { formatDateTime, formatNumber, useTranslation } from '@aic/text';
import { ErrorState, FormErrors, Hash, Loading, Page, Panel } from '@aic/ui';
import { useState } from 'react';
import { formatText, whyNoModel } from './formats';
import { DriftLight } from './parts/DriftLight';
import { FeatureTable } from './parts/FeatureTable';
import { QualityPanel } from './parts/QualityPanel';
import { Retire } from './parts/Retire';
import { Serves } from './parts/Serves';
import { modelQuery, versionsQuery } from './queries';
import { featuresOf, qualityOf, structureOf, textsOf } from './read';
import { sendFile } from './upload';

const route = getRouteApi('/models/$id');

const Facts = ({ model }: { model: Model }) => {
    const { t } = useTranslation();
    const { objective, trees, depth } = structureOf(model.structure);
    const outputs = textsOf(model.outputs);
    return (
        <Panel title={t('model.facts')}>
            <dl className="facts">
                <dt>{t('models.typeName')}</dt><dd>{t(`models.type.${model.type}`)}</dd>
                <dt>{t('models.format')}</dt><dd>{model.kind === 'ENDPOINT' ? (model.endpoint_url ?? t('models.endpoint')) : formatText(model.format)}</dd>
                {objective && <><dt>{t('model.objective')}</dt><dd>{objective}</dd></>}
                {outputs.length > 1 && <><dt>{t('model.outputs')}</dt><dd>{outputs.join(', ')}</dd></>}
                {trees !== null && trees > 0 && <><dt>{t('model.trees')}</dt><dd>{formatNumber(trees)}{depth === null ? '' : ` · ${t('model.depth')} ${formatNumber(depth)}`}</dd></>}
                <dt>{t('models.stageName')}</dt><dd>{model.retired_at ? t('model.retired', { when: formatDateTime(model.retired_at) }) : t(`models.stage.${model.lifecycle_stage}`)}</dd>
                <dt>{t('models.drift')}</dt><dd><DriftLight status={model.drift_status} /></dd>
                <dt>{t('models.lastBias')}</dt><dd>{model.last_bias_test_at ? formatDateTime(model.last_bias_test_at) : t('models.never')}</dd>
                {model.owner_name && <><dt>{t('model.owner')}</dt><dd>{model.owner_name}</dd></>}
                {model.description && <><dt>{t('model.description')}</dt><dd>{model.description}</dd></>}
                {model.training_data_description && <><dt>{t('model.data')}</dt><dd>{model.training_data_description}</dd></>}
                {model.artefact_bytes !== null && <><dt>{t('models.size')}</dt><dd>{t('tasks.megabytes', { mb: formatNumber(model.artefact_bytes / 1e6, 2) })}</dd></>}
                {model.artefact_sha256 && <><dt>{t('models.hash')}</dt><dd><Hash value={model.artefact_sha256} /></dd></>}
                {model.training_data_sha256 && <><dt>{t('model.dataHash')}</dt><dd><Hash value={model.training_data_sha256} /></dd></>}
            </dl>
        </Panel>
    );
};

const Versions = ({ model }: { model: Model }) => {
    const { t } = useTranslation();
    const versions = useQuery(versionsQuery(model.name));
    const others = (versions.data?.items ?? []).filter((one) => one.name === model.name && one.id !== model.id);
    if (others.length === 0) return null;
    return (
        <Panel title={t('model.other')}>
            <ul style={{ margin: 0, paddingLeft: 20 }}>{others.map((one) => <li key={one.id}><Link to="/models/$id" params={{ id: one.id }}>{one.version}</Link> <span className="soft small">{formatDateTime(one.created_at)}</span></li>)}</ul>
        </Panel>
    );
};

const GiveFile = ({ model }: { model: Model }) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [problem, setProblem] = useState<string | null>(null);
    const send = useMutation({ mutationFn: (file: File) => sendFile(model.id, file), onSuccess: () => client.invalidateQueries() });
    const take = (file: File) => {
        const reason = whyNoModel(file);
        setProblem(reason);
        if (!reason) send.mutate(file);
    };
    return (
        <div className="stack">
            <FormErrors error={send.error} />
            <FileDrop title={t('model.give')} help={t('model.missing')} limits={t('newModel.limits')} label={t('newModel.dropLabel')} take={take} problem={problem} />
        </div>
    );
};

const Shown = ({ model }: { model: Model }) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const features = featuresOf(model.features);
    const quality = qualityOf(model.metrics);
    const hasFile = model.kind === 'ENDPOINT' || model.artefact_sha256 !== null;
    const actions = (
        <div className="row">
            {can('manage_models') && model.is_active && <Retire model={model} />}
            {model.artefact_sha256 && <Button variant="default" component="a" href={`/api/v1/models/${model.id}/artefact`} download>{t('model.download')}</Button>}
            {can('run_analysis') && hasFile && <Button component={Link} to={`/explain?model_id=${model.id}`}>{t('models.explain')}</Button>}
        </div>
    );
    return (
        <Page title={model.name} lead={`${t('models.version')} ${model.version}`} action={actions} crumbs={<><Link to="/models">{t('models.title')}</Link><span>/</span><span>{model.name}</span></>}>
            <div className="stack">
                {!hasFile && can('manage_models') && model.is_active && <GiveFile model={model} />}
                <div className="model-columns">
                    <Facts model={model} />
                    <div className="stack"><Serves model={model} /><Versions model={model} /></div>
                </div>
                {quality ? <QualityPanel quality={quality} title={t('model.metrics')} /> : <Panel title={t('model.metrics')}><p className="soft" style={{ margin: 0 }}>{t('model.noMetrics')}</p></Panel>}
                {features.length > 0 && <FeatureTable features={features} guarded={model.protected_attributes} />}
            </div>
        </Page>
    );
};

export const ModelPage = () => {
    const { id } = route.useParams();
    const model = useQuery(modelQuery(id));
    if (model.isPending) return <Loading />;
    if (model.isError) return <ErrorState error={model.error} retry={() => void model.refetch()} />;
    return <Shown model={model.data} />;
};
