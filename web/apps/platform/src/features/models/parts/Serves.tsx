import { Button, Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Model } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDate, formatNumber, useTranslation } from '@aic/text';
import { ErrorState, FormErrors, Loading, Panel, VerdictChip } from '@aic/ui';
import { useState } from 'react';
import { cardQuery, changeModel, systemNamesQuery } from '../queries';

const SetSystem = ({ model }: { model: Model }) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const systems = useQuery(systemNamesQuery);
    const [system, setSystem] = useState<string | null>(null);
    const set = useMutation({ mutationFn: (system_id: string) => changeModel(model, { system_id }), onSuccess: () => client.invalidateQueries() });
    return (
        <div className="stack">
            <FormErrors error={set.error} />
            <Select label={t('model.set')} description={t('model.setHelp')} searchable clearable value={system} onChange={setSystem} data={(systems.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))} />
            <div><Button disabled={!system} loading={set.isPending} onClick={() => { if (system) set.mutate(system); }}>{t('common.save')}</Button></div>
        </div>
    );
};

/** The system that a model serves, and what is known of that. */
export const Serves = ({ model }: { model: Model }) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const card = useQuery(cardQuery(model.id));
    if (card.isPending) return <Panel title={t('model.card')}><Loading rows={3} /></Panel>;
    if (card.isError) return <Panel title={t('model.card')}><ErrorState error={card.error} retry={() => void card.refetch()} /></Panel>;
    const { system_id, system_name, purpose, affected_groups, accountable_person_name, disclosure_text, analysis_id, analysis_verdict, analysis_at, explanation_count } = card.data;
    const fact = (name: string, value: string | null) => (value ? <><dt>{name}</dt><dd>{value}</dd></> : null);
    return (
        <Panel title={t('model.card')}>
            {!system_id && (
                <>
                    <p style={{ marginTop: 0 }}>{t('model.noCard')}</p>
                    {can('manage_models') && model.is_active && <SetSystem model={model} />}
                </>
            )}
            {system_id && (
                <dl className="facts">
                    <dt>{t('models.system')}</dt><dd><Link to="/systems/$id" params={{ id: system_id }}>{system_name}</Link></dd>
                    {fact(t('model.purpose'), purpose)}{fact(t('model.affected'), affected_groups)}{fact(t('model.accountable'), accountable_person_name)}{fact(t('model.disclosure'), disclosure_text)}
                    {analysis_id && analysis_verdict && (
                        <><dt>{t('model.analysis')}</dt><dd><Link to="/analyses/$id" params={{ id: analysis_id }}><VerdictChip verdict={analysis_verdict} /> {formatDate(analysis_at)}</Link></dd></>
                    )}
                    <dt>{t('model.explanations')}</dt><dd>{formatNumber(explanation_count)}</dd>
                </dl>
            )}
        </Panel>
    );
};
