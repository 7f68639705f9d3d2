import { t, useTranslation } from '@aic/text';
import { Panel } from '@aic/ui';
import type { ModelFeature } from '../read';

const MOST_NAMED = 6;

const holds = ({ isCategory, categories, count }: ModelFeature) => {
    if (!isCategory) return t('model.number');
    if (categories.length === 0) return t('model.category');
    const named = categories.slice(0, MOST_NAMED).join(', ');
    return count > MOST_NAMED ? t('model.values', { values: named, count: count - MOST_NAMED }) : named;
};

export const FeatureTable = ({ features, guarded }: { features: ModelFeature[]; guarded: string[] }) => {
    const { t } = useTranslation();
    return (
        <Panel title={t('model.features')}>
            <div className="table-wide" tabIndex={0} role="region" aria-label={t('model.features')}>
                <table className="data">
                    <thead><tr><th scope="col">{t('model.feature')}</th><th scope="col">{t('model.holds')}</th></tr></thead>
                    <tbody>
                        {features.map((feature) => (
                            <tr key={feature.name}>
                                <td>{feature.name} {guarded.includes(feature.name) && <span className="chip" data-kind="REVIEW">{t('model.isProtected')}</span>}</td>
                                <td className="soft">{holds(feature)}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
        </Panel>
    );
};
