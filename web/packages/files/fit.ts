import { formatNumber, t } from '@aic/text';
import type { Preview } from './preview';

export const limits = { bytes: 10_000_000, rows: 10_000, columns: 500 };

/** Why a file of so many bytes is not even read, or null. `larger`: what to do with a larger one. */
export const whyTooManyBytes = (bytes: number, larger: string) =>
    bytes > limits.bytes ? t('check.tooManyBytes', { size: formatNumber(bytes / 1e6, 1), larger }) : null;

/** Why this file cannot be used, or null: told before the upload, in the words of the server's limits. `larger`: what to do with
    more rows. */
export const whyNot = (preview: Preview, larger: string): string | null => {
    const { columns, rows, total, ragged } = preview;
    const names = columns.map((column) => column.name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (total === 0 && columns.length === 0) return t('check.empty');
    if (columns.length === 1 && /[;\t|]/.test(names[0] ?? '')) return t('check.notCommas');
    if (columns.length === 1) return t('check.notTable');
    if (total === 0) return t('check.noRowsBelow');
    if (columns.length > limits.columns) return t('check.tooManyColumns', { columns: formatNumber(columns.length) });
    if (total > limits.rows) return t('check.tooManyRows', { rows: formatNumber(total), larger });
    if (preview.isQuoteOpen) return t('check.quoteOpen');
    if (ragged) return t('check.ragged', { row: formatNumber(ragged.row), count: ragged.cells, columns: columns.length });
    if (names.includes('')) return t('check.noName', { column: names.indexOf('') + 1 });
    if (twice !== undefined) return t('check.twice', { name: twice });
    return rows.length === 0 ? t('check.noRows') : null;
};
