import './files.css';

import { formatNumber, t } from '@aic/text';
import { Panel } from '@aic/ui';
import type { ColumnSeen, Preview } from './preview';

const digits = (value: number) => (Number.isInteger(value) ? 0 : 2);

/** What a column holds, in a few words: "2 values", "numbers, 0.04 to 0.98". */
export const kindOf = (column: ColumnSeen) => {
    if (column.values.size === 0 && !column.more) return t('file.kindEmpty');
    if (column.values.size === 1 && !column.more) return t('file.kindOne');
    if (!column.more && column.values.size <= 12) return t('file.kindValues', { values: column.values.size });
    if (column.isNumber) return t('file.kindNumbers', { low: formatNumber(column.least, digits(column.least)), high: formatNumber(column.most, digits(column.most)) });
    return column.more ? t('file.kindMany') : t('file.kindValues', { values: column.values.size });
};

export const PreviewTable = ({ preview }: { preview: Preview }) => (
    <Panel title={t('file.firstRows')}>
        <div className="table-wide" tabIndex={0} role="region" aria-label={t('file.firstRowsLabel')}>
            <table className="data preview">
                <thead>
                    <tr>{preview.columns.map((column) => <th key={column.name} scope="col">{column.name}<span className="soft">{kindOf(column)}</span></th>)}</tr>
                </thead>
                <tbody>
                    {preview.rows.map((row, i) => (
                        <tr key={i}>{preview.columns.map((column, j) => <td key={column.name} className="nowrap">{row[j] === '' ? <span className="soft">{t('file.emptyCell')}</span> : row[j]}</td>)}</tr>
                    ))}
                </tbody>
            </table>
        </div>
    </Panel>
);
