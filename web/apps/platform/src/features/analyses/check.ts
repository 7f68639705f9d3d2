import { formatNumber } from '@aic/text';
import { type ColumnSeen, columnNamed, MOST_VALUES, type Preview } from './preview';
import { decidedBy, type Order } from './run';

export const limits = { bytes: 10_000_000, rows: 10_000, columns: 500 };

const larger = 'Larger files are analyzed on the command line, with the same report: aic analyze.';

/** Why a file of so many bytes is not even read, or null. */
export const whyTooManyBytes = (bytes: number) =>
    bytes > limits.bytes ? `The file has ${formatNumber(bytes / 1e6, 1)} MB; the limit here is 10 MB. ${larger}` : null;

/** Why this file cannot be analyzed, or null: told before the upload, in the words of the server's limits. */
export const whyNot = (preview: Preview): string | null => {
    const { columns, rows, total, ragged } = preview;
    const names = columns.map((column) => column.name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (total === 0 && columns.length === 0) return 'The file is empty.';
    if (columns.length === 1 && /[;\t|]/.test(names[0] ?? '')) return 'Its cells are separated by something other than commas. Save it as "CSV (comma separated)" and try again.';
    if (columns.length === 1) return 'This does not look like a table: its first line has one cell only. A CSV file with a header line is needed.';
    if (total === 0) return 'The file has a header line but no rows below it.';
    if (columns.length > limits.columns) return `The file has ${formatNumber(columns.length)} columns; the limit here is 500.`;
    if (total > limits.rows) return `The file has ${formatNumber(total)} rows; the limit here is 10,000. ${larger}`;
    if (preview.isQuoteOpen) return 'A quotation mark in this file is opened and never closed, so that its rows cannot be told apart.';
    if (ragged) return `Row ${formatNumber(ragged.row)} has ${ragged.cells} ${ragged.cells === 1 ? 'cell' : 'cells'}; the header has ${columns.length}. Every row needs the same number.`;
    if (names.includes('')) return `Column ${names.indexOf('') + 1} has no name in the header line.`;
    if (twice !== undefined) return `Two columns are called "${twice}". Give each its own name.`;
    return rows.length === 0 ? 'The file has no rows.' : null;
};

export type Field = 'protected' | 'prediction' | 'label' | 'score' | 'favorable';

/** What to mend before an analysis makes sense, by field. */
export const stops = (order: Order, preview: Preview): Partial<Record<Field, string>> => {
    const found: Partial<Record<Field, string>> = {};
    const tooMany = order.protected.find((name) => columnNamed(preview, name)?.more);
    if (order.protected.length === 0) found.protected = 'Choose at least one column.';
    else if (tooMany !== undefined) found.protected = `${tooMany} has more than ${MOST_VALUES} values. Groups are needed: bands of age, for example, and not each age.`;
    const roles = [order.prediction, order.label, order.score].filter((name) => name !== null);
    const double = roles.find((name) => order.protected.includes(name));
    if (double !== undefined) found.protected ??= `${double} cannot be a group and a result at once.`;
    if (order.label !== null && order.label === order.prediction) found.label = 'This is the decision already. Choose another column, or none.';
    if (roles.length === 0) found.prediction = 'Choose the decision, or at least the truth or a score.';
    const score = columnNamed(preview, order.score);
    if (score && !score.isNumber) found.score = `${score.name} holds something that is not a number.`;
    else if (score && order.label !== null && (score.least < 0 || score.most > 1))
        found.score = `${score.name} goes from ${formatNumber(score.least, 2)} to ${formatNumber(score.most, 2)}; a score goes from 0 to 1. Leave it out, or rescale it.`;
    const favorable = whyNotFavorable(order, preview);
    if (favorable && roles.length > 0) found.favorable = favorable;
    return found;
};

const lacks = (column: ColumnSeen | null, value: string) => column !== null && !column.more && !column.values.has(value);

const whyNotFavorable = (order: Order, preview: Preview) => {
    const value = order.favorable;
    if (value === null) return 'Say which value is good for the person.';
    const decided = columnNamed(preview, decidedBy(order));
    if (lacks(decided, value)) return `${decided?.name ?? ''} never has the value ${value}.`;
    const label = columnNamed(preview, order.label);
    if (label && label !== decided && lacks(label, value))
        return `The truth, ${label.name}, never has the value ${value}: it has ${[...label.values.keys()].slice(0, 4).join(', ')}. Decision and truth need the same two values.`;
    return null;
};

/** What is worth knowing before reading the result, but stops nothing. */
export const warnings = (order: Order, preview: Preview): string[] => {
    const columns = order.protected.flatMap((name) => columnNamed(preview, name) ?? []);
    const small = columns.flatMap((column) => [...column.values].filter(([, rows]) => rows < order.min_group_size).map(([value]) => `${value} (${column.name})`));
    const alone = columns.filter((column) => column.values.size < 2).map((column) => column.name);
    const used = [...order.protected, order.prediction, order.label, order.score].flatMap((name) => columnNamed(preview, name) ?? []);
    const gaps = used.filter((column) => column.missing > 0).map((column) => `${column.name} (${formatNumber(column.missing)})`);
    return [
        alone.length > 0 ? `${alone.join(', ')} has one value only, so there is nothing to compare.` : null,
        small.length > 0 ? `Fewer than ${order.min_group_size} rows, so shown but not judged: ${small.slice(0, 8).join(', ')}${small.length > 8 ? ` and ${small.length - 8} more` : ''}.` : null,
        gaps.length > 0 ? `Rows without a value: ${gaps.join(', ')}. A person without a group is shown apart; a row without a result is left out.` : null,
        order.prediction !== null && order.label === null ? 'Without the truth the report compares how often groups are decided favorably, but not who was wronged.' : null,
        order.prediction === null && order.score === null && order.label !== null ? 'Without a decision the truth column itself is audited, as if it were the decision.' : null,
    ].filter((line) => line !== null);
};
