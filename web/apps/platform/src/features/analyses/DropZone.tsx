import { Button } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { api, call, type Example } from '@aic/api';
import { formatNumber } from '@aic/text';
import { Panel } from '@aic/ui';
import { type DragEvent, useRef, useState } from 'react';

interface Props {
    take: (name: string, text: string) => void;
    problem: string | null;
}

const Examples = ({ take }: { take: Props['take'] }) => {
    const examples = useQuery({ queryKey: ['examples'], queryFn: () => call(api.GET('/api/v1/examples')) });
    const [loading, setLoading] = useState<string | null>(null);
    const open = async (example: Example) => {
        setLoading(example.id);
        const answer = await fetch(`/api/v1/examples/${example.id}.csv`);
        if (answer.ok) take(`${example.id}.csv`, await answer.text());
        setLoading(null);
    };
    if (!examples.data?.items.length) return null;
    return (
        <Panel title="Or try an example">
            <div className="stack">
                {examples.data.items.map((example) => (
                    <div key={example.id} className="row apart" style={{ alignItems: 'flex-start' }}>
                        <div style={{ flex: '1 1 260px' }}>
                            <strong>{example.name}</strong>
                            <div className="small soft">{example.description} {formatNumber(example.rows)} rows.</div>
                        </div>
                        <Button variant="default" loading={loading === example.id} onClick={() => void open(example)}>Use this</Button>
                    </div>
                ))}
            </div>
        </Panel>
    );
};

export const DropZone = ({ take, problem }: Props) => {
    const input = useRef<HTMLInputElement>(null);
    const [over, setOver] = useState(false);
    const read = async (file: File | undefined) => {
        if (file) take(file.name, file.size > 60_000_000 ? ' '.repeat(10_000_001) : await file.text());
    };
    const drop = (event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        void read(event.dataTransfer.files[0]);
    };
    return (
        <div className="stack">
            <div className="panel state drop" data-over={over} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}
                style={{ borderStyle: 'dashed', borderWidth: 2, borderColor: over ? 'var(--mantine-primary-color-filled)' : undefined }}>
                <IconUpload size={32} aria-hidden />
                <h2>Drop a CSV file of decisions here</h2>
                <p>One row a person, with a header line: the group columns (such as sex or race), the decision, and what truly happened if you know it. At most 10,000 rows and 10 MB. Rows are analyzed and then forgotten.</p>
                <input ref={input} type="file" accept=".csv,text/csv" hidden aria-label="CSV file" onChange={(event) => void read(event.currentTarget.files?.[0])} />
                <Button onClick={() => input.current?.click()}>Choose a file</Button>
                {problem && <div className="form-errors" role="alert">{problem}</div>}
            </div>
            <Examples take={take} />
        </div>
    );
};
