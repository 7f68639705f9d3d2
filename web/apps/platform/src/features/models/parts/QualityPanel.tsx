import { formatNumber, formatPercent, useTranslation } from '@aic/text';
import { Panel } from '@aic/ui';
import { qualitySentence } from '../quality';
import { type Measure, measures, type Quality } from '../read';

const figure = (key: Measure, value: number | undefined) => (value === undefined ? null : key === 'accuracy' ? formatPercent(value, 1) : formatNumber(value, 3));

/** How good a model is: a sentence, each figure with what it means, and how much it varies. */
export const QualityPanel = ({ quality, title }: { quality: Quality; title: string }) => {
    const { t } = useTranslation();
    const shown = measures.filter((key) => quality.heldOut[key] !== undefined || quality.mean[key] !== undefined);
    const sentence = qualitySentence({ ...quality.mean, ...quality.heldOut });
    const asides = [
        quality.rows === null ? '' : t('train.rows', { rows: formatNumber(quality.rows) }), quality.treesUsed === null ? '' : t('train.treesUsed', { count: quality.treesUsed }),
        quality.dropped > 0 ? t('train.dropped', { count: quality.dropped }) : '',
    ].filter(Boolean);
    return (
        <Panel title={title}>
            {sentence && <p style={{ margin: 0, maxWidth: '75ch' }}>{sentence}</p>}
            <dl className="quality-grid">
                {shown.map((key) => (
                    <div key={key}>
                        <dt>{t(`train.metric.${key}`)}</dt>
                        <dd>
                            <div className="value">{figure(key, quality.heldOut[key] ?? quality.mean[key])}</div>
                            {quality.folds > 0 && quality.mean[key] !== undefined && (
                                <div className="small soft">{t('train.fold', { folds: quality.folds })} {figure(key, quality.mean[key])}, {t('train.spread')} {formatNumber(quality.deviation[key], 3)}</div>
                            )}
                            <div className="small soft">{t(`train.metricHelp.${key}`)}</div>
                        </dd>
                    </div>
                ))}
            </dl>
            {asides.length > 0 && <p className="small soft" style={{ marginBottom: 0 }}>{asides.join(' · ')}</p>}
            {quality.notes.length > 0 && <ul className="small">{quality.notes.map((note) => <li key={note}>{note}</li>)}</ul>}
        </Panel>
    );
};
