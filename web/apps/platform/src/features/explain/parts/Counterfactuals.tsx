import { Button, NumberInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { Task } from '@aic/api';
import { useSession } from '@aic/auth';
import { CounterfactualTable, type Explained } from '@aic/charts';
import { TaskProgress, useTask } from '@aic/tasks';
import { useTranslation } from '@aic/text';
import { ErrorState, FormErrors, Loading, Panel } from '@aic/ui';
import { useState } from 'react';
import { askCounterfactuals, counterfactualBody, firstRules, whyNotRules } from '../constraints';
import { modelQuery } from '../queries';
import { categoriesOf, readCounterfactuals } from '../result';
import { RulesTable } from './RulesTable';

interface Props {
    modelId: string;
    explained: Explained;
    row: number;
}

const Found = ({ task, modelId, explained, row }: Props & { task: Task }) => {
    const model = useQuery(modelQuery(modelId));
    if (model.isPending) return <Loading rows={2} />;
    try {
        return <CounterfactualTable counterfactuals={readCounterfactuals(task.result, explained, row, categoriesOf(model.data?.features))} />;
    } catch (error) {
        return <ErrorState error={error instanceof Error ? error : new Error(String(error))} />;
    }
};

const Search = (props: Props & { id: string }) => {
    const { can } = useSession();
    const task = useTask(props.id);
    if (task.isPending) return <Loading rows={2} />;
    if (task.isError) return <ErrorState error={task.error} retry={() => void task.refetch()} />;
    return task.data.status === 'SUCCEEDED' ? <Found {...props} task={task.data} /> : <TaskProgress task={task.data} mayCancel={can('run_analysis')} />;
};

/** Asks what would have to be otherwise for this row, within what the person says may change. */
export const Counterfactuals = (props: Props) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const { modelId, explained, row } = props;
    const model = useQuery(modelQuery(modelId));
    const [changed, setRules] = useState<ReturnType<typeof firstRules> | null>(null);
    const [count, setCount] = useState(3);
    const rules = changed ?? firstRules(explained.features, model.data?.protected_attributes ?? []);
    const ask = useMutation({ mutationFn: () => askCounterfactuals(counterfactualBody(modelId, explained, row, rules, count)) });
    const reason = whyNotRules(explained.features, rules);
    if (!can('run_analysis')) return null;
    return (
        <>
            <Panel title={t('counterfactual.title')}>
                <div className="stack">
                    <p className="soft" style={{ margin: 0 }}>{t('counterfactual.lead')}</p>
                    <details className="explain-more">
                        <summary>{t('counterfactual.limits')} <span className="soft small">{t('counterfactual.guarded')}</span></summary>
                        <RulesTable explained={explained} row={row} rules={rules} change={setRules} />
                    </details>
                    <FormErrors error={ask.error} />
                    <div className="row" style={{ alignItems: 'flex-end' }}>
                        <NumberInput w={110} label={t('counterfactual.count')} min={1} max={10} allowDecimal={false} clampBehavior="strict" value={count} onChange={(value) => { if (typeof value === 'number') setCount(value); }} />
                        <Button loading={ask.isPending} disabled={reason !== null} onClick={() => ask.mutate()}>{ask.isSuccess ? t('counterfactual.again') : t('counterfactual.run')}</Button>
                        {reason && <span className="small" role="alert">{reason}</span>}
                    </div>
                </div>
            </Panel>
            {ask.data && <Search key={ask.data} {...props} id={ask.data} />}
        </>
    );
};
