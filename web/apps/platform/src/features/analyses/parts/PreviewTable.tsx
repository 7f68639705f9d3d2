import { formatNumber } from '@aic/text';
import { Panel } from '@aic/ui';
import type { ColumnSeen, Preview } from '../preview';

const digits = (value: number) => (Number.isInteger(value) ? 0 : 2);

/** What a column holds, in a few words: "2 values", "numbers, 0.04 to 0.98". */
export const kindOf = (column: ColumnSeen) => {
    if (column.values.size === 0) return 'empty';
    if (column.values.size === 1 && !column.more) return 'one value only';
    if (!column.more && column.values.size <= 12) return `${column.values.size} values`;
    if (column.isNumber) return `numbers, ${formatNumber(column.least, digits(column.least))} to ${formatNumber(column.most, digits(column.most))}`;
    return column.more ? 'many values' : `${column.values.size} values`;
};

export const PreviewTable = ({ preview }: { preview: Preview }) => (
    <Panel title="The first rows">
        <div className="table-wide" tabIndex={0} role="region" aria-label="First rows of the file">
            <table className="data preview">
                <thead>
                    <tr>{preview.columns.map((column) => <th key={column.name} scope="col">{column.name}<span className="soft">{kindOf(column)}</span></th>)}</tr>
                </thead>
                <tbody>
                    {preview.rows.map((row, i) => (
                        <tr key={i}>{preview.columns.map((column, j) => <td key={column.name} className="nowrap">{row[j] === '' ? <span className="soft">(empty)</span> : row[j]}</td>)}</tr>
                    ))}
                </tbody>
            </table>
        </div>
    </Panel>
);
