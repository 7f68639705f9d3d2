import { Button, Select } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useSession } from '@aic/auth';
import { DependenceChart, EffectChart, type Explained, importancesOf, partnerOf, PermutationChart } from '@aic/charts';
import { TaskProgress, useTask } from '@aic/tasks';
import { useTranslation } from '@aic/text';
import { ErrorState, FormErrors, Loading, Panel } from '@aic/ui';
import { useMemo } from 'react';
import { askEffects } from '../constraints';
import { modelQuery } from '../queries';
import { categoriesOf, type Explanation, readEffects, readShuffled } from '../result';
import type { ViewSearch } from '../search';

interface Props {
    explanation: Explanation;
    explained: Explained;
    feature: string | undefined;
    color: string | undefined;
    view: (change: ViewSearch) => void;
}

const Effects = ({ id, modelId, name }: { id: string; modelId: string; name: string }) => {
    const { can } = useSession();
    const task = useTask(id);
    const model = useQuery(modelQuery(modelId));
    if (task.isPending || model.isPending) return <Loading rows={2} />;
    if (task.isError) return <ErrorState error={task.error} retry={() => void task.refetch()} />;
    if (task.data.status !== 'SUCCEEDED') return <TaskProgress task={task.data} mayCancel={can('run_analysis')} />;
    const effect = readEffects(task.data.result, categoriesOf(model.data?.features)).find((one) => one.name === name);
    const shuffled = readShuffled(task.data.result);
    return <>{effect && <EffectChart effect={effect} />}{shuffled && <PermutationChart importances={shuffled.items} measure={shuffled.measure} />}</>;
};

/** `none` colors by nothing; a feature may be called so, and is then found first. */
const NONE = 'none';

/** What one feature does: its values against what they move, and what the model says if everybody had the same value. */
export const DependenceTab = ({ explanation, explained, feature, color, view }: Props) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const names = explained.features;
    const first = useMemo(() => importancesOf(explained)[0]?.feature ?? 0, [explained]);
    const shown = feature !== undefined && names.includes(feature) ? names.indexOf(feature) : first;
    const partner = useMemo(() => partnerOf(explained, shown), [explained, shown]);
    const chosen = color !== undefined && names.includes(color) ? names.indexOf(color) : null;
    const colored = chosen ?? (color === NONE ? null : partner);
    const ask = useMutation({ mutationFn: (model: string) => askEffects(model, explained) });
    const { modelId } = explanation;
    const label = (i: number) => (i === partner ? t('explanation.colorBest', { name: names[i] ?? '' }) : (names[i] ?? ''));
    return (
        <div className="stack">
            <div className="row">
                <Select w={260} label={t('explanation.feature')} searchable allowDeselect={false} data={names} value={names[shown] ?? null} onChange={(name) => view({ feature: name ?? undefined, color: undefined })} />
                <Select w={320} label={t('explanation.color')} searchable allowDeselect={false} value={colored === null ? NONE : (names[colored] ?? NONE)} onChange={(name) => view({ color: name ?? undefined })}
                    data={[{ value: NONE, label: t('explanation.colorNone') }, ...names.flatMap((name, i) => (i === shown || name === NONE ? [] : [{ value: name, label: label(i) }]))]} />
            </div>
            <DependenceChart explained={explained} feature={shown} color={colored} />
            {modelId && explanation.hasOwn && can('run_analysis') && !ask.data && (
                <Panel title={t('explanation.effects')}>
                    <FormErrors error={ask.error} />
                    <div className="row apart"><span className="soft">{t('explanation.effectsHelp')}</span><Button loading={ask.isPending} onClick={() => ask.mutate(modelId)}>{t('explanation.effectsRun')}</Button></div>
                </Panel>
            )}
            {ask.data && modelId && <Effects id={ask.data} modelId={modelId} name={names[shown] ?? ''} />}
        </div>
    );
};
