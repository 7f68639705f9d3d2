import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type Example, problemText } from '@aic/api';
import { formatNumber, t } from '@aic/text';
import { ErrorState, Loading, Panel } from '@aic/ui';
import { examplesQuery, exampleText } from './examples';
import { FileDrop } from './FileDrop';
import { whyTooManyBytes } from './fit';

export interface Source {
    name: string;
    text: string;
    /** What an example says its columns are. */
    suggested?: unknown;
}

interface Props {
    title: string;
    help: string;
    limits: string;
    /** What to do with a file that is too large. */
    larger: string;
    take: (source: Source) => void;
    refuse: (reason: string) => void;
    problem: string | null;
    /** Offers the examples below. */
    withExamples?: boolean;
}

/** The file's text, or a sentence that says why there is none. */
export const readCsv = async (file: File, larger: string): Promise<{ text: string } | { reason: string }> => {
    const reason = whyTooManyBytes(file.size, larger);
    if (reason) return { reason };
    if (/\.(xlsx?|ods|numbers)$/i.test(file.name)) return { reason: t('file.spreadsheet') };
    try {
        return { text: new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()) };
    } catch (error) {
        return { reason: error instanceof TypeError ? t('file.notUtf8') : t('file.unreadable', { reason: problemText(error) }) };
    }
};

const Examples = ({ take }: { take: Props['take'] }) => {
    const examples = useQuery(examplesQuery);
    const open = useMutation({
        mutationFn: async (example: Example) => ({ name: example.name, text: await exampleText(example.id), suggested: example.suggested }),
        onSuccess: take,
    });
    if (examples.isPending) return <Panel title={t('file.examples')}><Loading rows={2} /></Panel>;
    if (examples.isError) return <Panel title={t('file.examples')}><ErrorState error={examples.error} retry={() => void examples.refetch()} /></Panel>;
    if (examples.data.items.length === 0) return null;
    return (
        <Panel title={t('file.examples')}>
            {open.isError && <div className="form-errors" role="alert" style={{ marginBottom: 14 }}>{problemText(open.error)}</div>}
            <div className="stack">
                {examples.data.items.map((example) => (
                    <div key={example.id} className="row apart example">
                        <div style={{ flex: '1 1 260px' }}>
                            <strong>{example.name}</strong>
                            <div className="small soft">{t('file.exampleSize', { description: example.description, rows: formatNumber(example.rows), columns: formatNumber(example.columns) })}</div>
                        </div>
                        <Button variant="default" aria-label={t('file.useThisOne', { name: example.name })} loading={open.isPending && open.variables.id === example.id} onClick={() => open.mutate(example)}>{t('file.useThis')}</Button>
                    </div>
                ))}
            </div>
        </Panel>
    );
};

/** Where a CSV file is dropped or chosen; its text is read here and sent nowhere. */
export const CsvDrop = ({ title, help, limits, larger, take, refuse, problem, withExamples = false }: Props) => {
    const read = async (file: File) => {
        const found = await readCsv(file, larger);
        if ('reason' in found) refuse(t('file.fault', { name: file.name, reason: found.reason }));
        else take({ name: file.name, text: found.text });
    };
    return (
        <div className="stack">
            <FileDrop title={title} help={help} limits={limits} label={t('file.label')} accept=".csv,text/csv" take={(file) => void read(file)} problem={problem} />
            {withExamples && <Examples take={take} />}
        </div>
    );
};
