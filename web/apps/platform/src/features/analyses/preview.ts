/** Reads the first lines of a CSV for the preview and the guesses. The server reads the whole file, and its word counts. */
export interface Preview {
    names: string[];
    rows: string[][];
    total: number;
    complete: boolean;
}

export const readCsv = (text: string, most: number): Preview => {
    const records: string[][] = [];
    let record: string[] = [];
    let value = '';
    let quoted = false;
    let total = 0;
    const endRecord = () => {
        record.push(value);
        value = '';
        const blank = record.length === 1 && record[0] === '';
        if (!blank) {
            total += 1;
            if (records.length <= most) records.push(record);
        }
        record = [];
    };
    for (let i = text.startsWith('\uFEFF') ? 1 : 0; i < text.length; i += 1) {
        const c = text.charAt(i);
        if (quoted) {
            if (c !== '"') value += c;
            else if (text[i + 1] === '"') {
                value += '"';
                i += 1;
            } else quoted = false;
        } else if (c === '"' && value === '') quoted = true;
        else if (c === ',') {
            record.push(value);
            value = '';
        } else if (c === '\n') endRecord();
        else if (c !== '\r') value += c;
    }
    if (value !== '' || record.length > 0) endRecord();
    const [names = [], ...rows] = records;
    return { names: names.map((n) => n.trim()), rows, total: Math.max(0, total - 1), complete: !quoted };
};

export const valuesOf = (preview: Preview, column: string | null, most = 12): string[] => {
    const at = column ? preview.names.indexOf(column) : -1;
    if (at < 0) return [];
    return [...new Set(preview.rows.map((row) => row[at] ?? '').filter((v) => v !== ''))].slice(0, most);
};
