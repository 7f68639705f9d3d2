import './files.css';

import { Button } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { t } from '@aic/text';
import { type DragEvent, useRef, useState } from 'react';

interface Props {
    title: string;
    help: string;
    limits: string;
    label: string;
    /** Kinds of files, as an input takes them; every kind is taken when it is left out. */
    accept?: string;
    take: (file: File) => void;
    problem: string | null;
}

/** One file, dropped or chosen. */
export const FileDrop = ({ title, help, limits, label, accept, take, problem }: Props) => {
    const input = useRef<HTMLInputElement>(null);
    const [over, setOver] = useState(false);
    const taken = (file: File | undefined) => {
        if (file) take(file);
    };
    const drop = (event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        taken(event.dataTransfer.files[0]);
    };
    return (
        <div className="panel state drop" data-over={over} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
            <IconUpload size={32} aria-hidden />
            <h2>{title}</h2>
            <p>{help}</p>
            <input ref={input} type="file" accept={accept} hidden aria-label={label}
                onChange={(event) => { taken(event.currentTarget.files?.[0]); event.currentTarget.value = ''; }} />
            <Button onClick={() => input.current?.click()}>{t('file.choose')}</Button>
            <p className="small">{limits}</p>
            {problem && <div className="form-errors" role="alert">{problem}</div>}
        </div>
    );
};
