import { type DatasetColumn } from '@aic/api';
import { formatNumber, useTranslation } from '@aic/text';
import { Panel } from '@aic/ui';

const categories = ['RELIGION', 'RACE_ETHNICITY', 'TRADE_UNION', 'POLITICAL', 'HEALTH', 'BIOMETRIC', 'CRIMINAL', 'SEX_LIFE'] as const;
const digits = (value: number) => (Number.isInteger(value) ? 0 : 3);

const Held = ({ column }: { column: DatasetColumn }) => {
    const { t } = useTranslation();
    if (column.values.length > 0) return column.values.map(({ value, count }) => t('check.countOf', { name: value, count })).join(', ');
    if (column.min === null || column.max === null) return t('common.none');
    return t('datasets.range', { low: formatNumber(column.min, digits(column.min)), high: formatNumber(column.max, digits(column.max)) });
};

const Row = ({ column }: { column: DatasetColumn }) => {
    const { t } = useTranslation();
    const category = categories.find((one) => one === column.special_category);
    return (
        <tr>
            <td><strong>{column.name}</strong>{category && <div><span className="chip" data-kind="REVIEW">{t(`datasets.category.${category}`)}</span></div>}</td>
            <td className="nowrap">{t(`datasets.types.${column.type}`)}</td>
            <td className="num">{formatNumber(column.missing)}</td>
            <td className="num nowrap">{column.distinct === null ? t('datasets.manyValues') : formatNumber(column.distinct)}</td>
            <td className="small"><Held column={column} /></td>
        </tr>
    );
};

export const Profile = ({ columns }: { columns: DatasetColumn[] }) => {
    const { t } = useTranslation();
    return (
        <Panel title={t('datasets.profile')}>
            <div className="table-wide" tabIndex={0} role="region" aria-label={t('datasets.profile')}>
                <table className="data">
                    <thead>
                        <tr>
                            <th scope="col">{t('datasets.column')}</th><th scope="col">{t('datasets.type')}</th><th scope="col" className="num">{t('datasets.missing')}</th>
                            <th scope="col" className="num">{t('datasets.distinct')}</th><th scope="col">{t('datasets.values')}</th>
                        </tr>
                    </thead>
                    <tbody>{columns.map((column) => <Row key={column.name} column={column} />)}</tbody>
                </table>
            </div>
        </Panel>
    );
};
