import { formatNumber, formatPercent, t } from '@aic/text';

export type Value = string | number | null | undefined;

export interface TableColumn {
    head: string;
    /** How a number reads; text columns hold words. */
    as: 'text' | 'count' | 'percent' | 'number' | 'p';
}

/** The numbers behind a chart: shown rounded, downloaded whole. */
export interface TableData {
    columns: TableColumn[];
    rows: Value[][];
}

/** A p value: 0.0312 or < 0.0001, never 0. */
export const pText = (p: number) => (p < 0.0001 ? `< ${formatNumber(0.0001, 4)}` : formatNumber(p, 4));

export const cellText = (value: Value, as: TableColumn['as']) => {
    if (value === null || value === undefined) return t('common.none');
    if (typeof value === 'string') return value;
    if (as === 'percent') return formatPercent(value, 2);
    if (as === 'p') return pText(value);
    return as === 'count' ? formatNumber(value) : formatNumber(value, 4);
};

/** A cell that begins so would be a formula to a spreadsheet; group names come from people's files. */
const formula = /^[=+\-@\t\r]/;

const csvCell = (value: Value) => {
    if (value === null || value === undefined) return '';
    if (typeof value === 'number') return String(value);
    return `"${(formula.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`;
};

export const tableCsv = ({ columns, rows }: TableData) =>
    [columns.map((column) => column.head), ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n') + '\r\n';
