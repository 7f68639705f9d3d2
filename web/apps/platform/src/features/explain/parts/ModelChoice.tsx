import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useSession } from '@aic/auth';
import { t, useTranslation } from '@aic/text';
import { EmptyState, ErrorState, Loading, Panel } from '@aic/ui';
import { modelsQuery } from '../queries';

const label = (name: string, version: string) => `${name} · ${t('models.version')} ${version}`;

/** Which model is to be explained. Only those that can be asked are offered. */
export const ModelChoice = ({ value, change }: { value: string | undefined; change: (id: string | undefined) => void }) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const models = useQuery(modelsQuery);
    if (models.isPending) return <Panel title={t('explain.step1')}><Loading rows={1} /></Panel>;
    if (models.isError) return <Panel title={t('explain.step1')}><ErrorState error={models.error} retry={() => void models.refetch()} /></Panel>;
    const usable = models.data.items.filter((model) => model.kind === 'ENDPOINT' || model.format !== null);
    if (usable.length === 0) {
        const actions = can('manage_models') ? (
            <div className="row">
                <Button component={Link} to="/models/new">{t('models.register')}</Button>
                <Button variant="default" component={Link} to="/models/train">{t('models.train')}</Button>
            </div>
        ) : undefined;
        return <Panel title={t('explain.step1')}><EmptyState title={t('explain.modelNone')} action={actions}>{t('explain.modelFirst')}</EmptyState></Panel>;
    }
    return (
        <Panel title={t('explain.step1')}>
            <Select label={t('explain.model')} description={t('explain.modelHelp')} placeholder={t('explain.modelPick')} searchable value={value ?? null} allowDeselect={false}
                data={usable.map((model) => ({ value: model.id, label: label(model.name, model.version) }))} onChange={(id) => change(id ?? undefined)} />
        </Panel>
    );
};
