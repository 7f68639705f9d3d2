import { ActionIcon, Button, NumberInput, SegmentedControl } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { type Explained, ForceChart, LocalWeightsChart, WaterfallChart } from '@aic/charts';
import { useSession } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { Panel } from '@aic/ui';
import type { Explanation } from '../result';
import type { ViewSearch } from '../search';
import { notableRows, reasonsFor, rowText } from '../words';
import { Attach } from './Attach';
import { Counterfactuals } from './Counterfactuals';

interface Props {
    taskId: string;
    explanation: Explanation;
    explained: Explained;
    row: number;
    isForce: boolean;
    view: (change: ViewSearch) => void;
}

const Picker = ({ explained, row, view }: Pick<Props, 'explained' | 'row' | 'view'>) => {
    const { t } = useTranslation();
    const rows = explained.phi.length;
    const notable = notableRows(explained);
    const go = (to: number) => view({ row: to + 1 });
    return (
        <div className="person-bar">
            <ActionIcon variant="default" size="lg" disabled={row === 0} aria-label={t('explanation.previous')} onClick={() => go(row - 1)}><IconChevronLeft size={18} /></ActionIcon>
            <NumberInput w={140} label={t('explanation.personHelp')} min={1} max={rows} allowDecimal={false} clampBehavior="strict" value={row + 1} onChange={(value) => { if (typeof value === 'number' && value >= 1) go(value - 1); }} />
            <ActionIcon variant="default" size="lg" disabled={row >= rows - 1} aria-label={t('explanation.next')} onClick={() => go(row + 1)}><IconChevronRight size={18} /></ActionIcon>
            {rows > 1 && (
                <div className="row small"><span className="soft">{t('explanation.jump')}</span>
                    {(['highest', 'lowest', 'oddest'] as const).map((key) => <Button key={key} size="compact-sm" variant="default" onClick={() => go(notable[key])}>{t(`explanation.${key}`)}</Button>)}
                </div>
            )}
        </div>
    );
};

/** One row: in plain words, as a picture, and what would have to be otherwise. */
export const PersonTab = ({ taskId, explanation, explained, row, isForce, view }: Props) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const isLocal = explanation.method === 'lime';
    const reasons = reasonsFor(explanation, explained, row);
    return (
        <div className="stack">
            <Panel title={rowText(explained, row)} aside={can('run_analysis') ? <Attach key={row} taskId={taskId} row={row} /> : undefined}>
                <div className="stack">
                    <Picker explained={explained} row={row} view={view} />
                    <section aria-label={t('explanation.reasons')}>
                        <h3 className="panel-title" style={{ marginBottom: 6 }}>{t('explanation.reasons')}</h3>
                        {reasons.length === 0 ? <p className="soft" style={{ margin: 0 }}>{t('explanation.reasonsNone')}</p> : (
                            <ol className="reasons">{reasons.map(({ sentence, isProtected }) => <li key={sentence}>{sentence} {isProtected && <span className="chip" data-kind="REVIEW">{t('model.isProtected')}</span>}</li>)}</ol>
                        )}
                    </section>
                </div>
            </Panel>
            {isLocal ? <LocalWeightsChart explained={explained} row={row} /> : (
                <>
                    <SegmentedControl style={{ alignSelf: 'flex-start' }} aria-label={t('explanation.picture')} value={isForce ? 'force' : 'waterfall'} onChange={(value) => view({ picture: value === 'force' ? 'force' : undefined })}
                        data={[{ value: 'waterfall', label: t('explanation.waterfall') }, { value: 'force', label: t('explanation.force') }]} />
                    {isForce ? <ForceChart explained={explained} row={row} /> : <WaterfallChart explained={explained} row={row} />}
                </>
            )}
            {explanation.modelId && explanation.hasOwn && <Counterfactuals key={row} modelId={explanation.modelId} explained={explained} row={row} />}
        </div>
    );
};
