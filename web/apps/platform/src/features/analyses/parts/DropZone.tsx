import { Button } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type Example, problemText } from '@aic/api';
import { formatNumber, t } from '@aic/text';
import { ErrorState, Loading, Panel } from '@aic/ui';
import { type DragEvent, useRef, useState } from 'react';
import { whyTooManyBytes } from '../check';
import { examplesQuery, exampleText } from '../queries';

export interface Source {
    name: string;
    text: string;
    /** What an example says its columns are. */
    suggested?: unknown;
}

interface Props {
    take: (source: Source) => void;
    refuse: (reason: string) => void;
    problem: string | null;
}

/** The file's text, or a sentence that says why there is none. */
const readFile = async (file: File): Promise<{ text: string } | { reason: string }> => {
    const reason = whyTooManyBytes(file.size);
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

export const DropZone = ({ take, refuse, problem }: Props) => {
    const input = useRef<HTMLInputElement>(null);
    const [over, setOver] = useState(false);
    const read = async (file: File | undefined) => {
        if (!file) return;
        const found = await readFile(file);
        if ('reason' in found) refuse(t('file.fault', { name: file.name, reason: found.reason }));
        else take({ name: file.name, text: found.text });
    };
    const drop = (event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        void read(event.dataTransfer.files[0]);
    };
    return (
        <div className="stack">
            <div className="panel state drop" data-over={over} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
                <IconUpload size={32} aria-hidden />
                <h2>{t('file.drop')}</h2>
                <p>{t('file.help')}</p>
                <input ref={input} type="file" accept=".csv,text/csv" hidden aria-label={t('file.label')}
                    onChange={(event) => { void read(event.currentTarget.files?.[0]); event.currentTarget.value = ''; }} />
                <Button onClick={() => input.current?.click()}>{t('file.choose')}</Button>
                <p className="small">{t('file.limits')}</p>
                {problem && <div className="form-errors" role="alert">{problem}</div>}
            </div>
            <Examples take={take} />
        </div>
    );
};
