/** A first look at a CSV in the browser: its header, its first rows, and what each column holds. Enough to guess what the
    columns are and to refuse early what the server would refuse; the server reads the file again, and its word counts. */
export interface ColumnSeen {
    name: string;
    /** How often each value occurs, in the order of first sight; at most MOST_VALUES of them. */
    values: ReadonlyMap<string, number>;
    /** There are more different values than `values` holds. */
    more: boolean;
    missing: number;
    isNumber: boolean;
    least: number;
    most: number;
}

export interface Preview {
    columns: ColumnSeen[];
    rows: string[][];
    total: number;
    /** The first record whose cells are more or fewer than the header's. Row 1 is the first below the header. */
    ragged: { row: number; cells: number } | null;
    isQuoteOpen: boolean;
}

export const MOST_VALUES = 64;
const FIRST_ROWS = 6;

interface Tally {
    values: Map<string, number>;
    more: boolean;
    missing: number;
    isNumber: boolean;
    least: number;
    most: number;
}

const newTally = (): Tally => ({ values: new Map(), more: false, missing: 0, isNumber: true, least: Infinity, most: -Infinity });

const count = (tally: Tally, value: string) => {
    if (value === '') {
        tally.missing += 1;
        return;
    }
    const known = tally.values.get(value);
    if (known !== undefined) {
        tally.values.set(value, known + 1);
        return;
    }
    if (tally.isNumber) {
        const number = value.trim() === '' ? NaN : Number(value);
        tally.isNumber = Number.isFinite(number);
        tally.least = Math.min(tally.least, number);
        tally.most = Math.max(tally.most, number);
    }
    if (tally.values.size < MOST_VALUES) tally.values.set(value, 1);
    else tally.more = true;
};

/** Hands each record to `take`; says whether a quotation mark was left open. */
const eachRecord = (text: string, take: (cells: string[]) => void) => {
    let cells: string[] = [];
    let cell = '';
    let quoted = false;
    let from = text.startsWith('\uFEFF') ? 1 : 0;
    let atStart = true;
    const endRecord = () => {
        const blank = cells.length === 1 && cells[0] === '';
        if (!blank) take(cells);
        cells = [];
    };
    for (let i = from; i < text.length; i += 1) {
        const c = text[i];
        if (quoted) {
            if (c !== '"') continue;
            cell += text.slice(from, i);
            from = i + 1;
            if (text[i + 1] === '"') i += 1;
            else quoted = false;
        } else if (c === '"' && atStart) {
            quoted = true;
            atStart = false;
            from = i + 1;
        } else if (c === ',' || c === '\n') {
            const end = c === '\n' && text[i - 1] === '\r' && i > from ? i - 1 : i;
            cells.push(cell + text.slice(from, end));
            cell = '';
            from = i + 1;
            atStart = true;
            if (c === '\n') endRecord();
        } else atStart = false;
    }
    const rest = cell + text.slice(from, text.endsWith('\r') && !quoted ? -1 : undefined);
    if (rest !== '' || cells.length > 0) {
        cells.push(rest);
        endRecord();
    }
    return quoted;
};

export const readPreview = (text: string): Preview => {
    const header: { name: string; tally: Tally }[] = [];
    let ragged: Preview['ragged'] = null;
    let total = 0;
    const rows: string[][] = [];
    const isQuoteOpen = eachRecord(text, (cells) => {
        if (header.length === 0) {
            header.push(...cells.map((name) => ({ name: name.trim(), tally: newTally() })));
            return;
        }
        total += 1;
        if (cells.length !== header.length) ragged ??= { row: total, cells: cells.length };
        if (rows.length < FIRST_ROWS) rows.push(cells);
        header.forEach(({ tally }, i) => count(tally, cells[i] ?? ''));
    });
    const columns = header.map(({ name, tally }) => ({ ...tally, name, isNumber: tally.isNumber && tally.values.size > 0 }));
    return { columns, rows, total, ragged, isQuoteOpen };
};

export const columnNamed = (preview: Preview, name: string | null) => preview.columns.find((column) => column.name === name) ?? null;

export type Cell = string | number | null;

/** The whole table, column by column, as JSON takes it: a column whose cells are all numbers holds numbers; an empty cell is null. */
export const readColumns = (text: string): Map<string, Cell[]> => {
    const header: string[] = [];
    const cells: string[][] = [];
    eachRecord(text, (record) => {
        if (header.length === 0) header.push(...record.map((name) => name.trim()));
        else header.forEach((_, i) => (cells[i] ??= []).push(record[i] ?? ''));
    });
    const isNumber = (cell: string) => cell === '' || (cell.trim() !== '' && Number.isFinite(Number(cell)));
    return new Map(header.map((name, i): [string, Cell[]] => {
        const column = cells[i] ?? [];
        const numbers = column.every(isNumber);
        return [name, column.map((cell) => (cell === '' ? null : numbers ? Number(cell) : cell))];
    }));
};
