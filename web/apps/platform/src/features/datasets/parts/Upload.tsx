import { Button, Progress, Select, TextInput } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { ApiProblem, fieldErrors } from '@aic/api';
import { formatPercent, useTranslation } from '@aic/text';
import { FormErrors, Panel } from '@aic/ui';
import { type Purpose, purposes } from '../search';
import { formatBytes } from '../size';
import { nameOf } from '../upload';
import { useUpload } from './useUpload';

const PickFile = ({ take, disabled }: { take: (file: File) => void; disabled: boolean }) => {
    const { t } = useTranslation();
    const input = useRef<HTMLInputElement>(null);
    return (
        <>
            <input ref={input} type="file" accept=".csv,.json,.ndjson,.jsonl,text/csv,application/json" hidden aria-label={t('datasets.label')}
                onChange={(event) => { const file = event.currentTarget.files?.[0]; if (file) take(file); event.currentTarget.value = ''; }} />
            <Button variant="default" disabled={disabled} onClick={() => input.current?.click()}>{t('datasets.choose')}</Button>
        </>
    );
};

const Sending = ({ sent, size, stop }: { sent: number; size: number; stop: () => void }) => {
    const { t } = useTranslation();
    const part = size > 0 ? Math.min(sent / size, 1) : 0;
    return (
        <div className="row" role="status">
            <span>{part < 1 ? t('datasets.sending', { percent: formatPercent(part), size: formatBytes(size) }) : t('datasets.checking')}</span>
            <Progress value={100 * part} animated={part === 1} style={{ flex: '1 1 160px' }} aria-label={t('datasets.sendingLabel')} />
            <Button size="compact-sm" variant="default" onClick={stop}>{t('datasets.stop')}</Button>
        </div>
    );
};

interface Props {
    /** Of an upload that broke off before. */
    id?: string;
    arrived?: number;
    done: (id: string) => void;
}

export const Upload = ({ id, arrived = 0, done }: Props) => {
    const { t } = useTranslation();
    const [file, setFile] = useState<File | null>(null);
    const [name, setName] = useState('');
    const [purpose, setPurpose] = useState<Purpose>('AUDIT');
    const { run, sent, isBegun, stop, forget } = useUpload(id ?? null, done);
    const wrong = fieldErrors(run.error);
    const isShort = file !== null && file.size < arrived;
    const isBroken = isBegun && run.error instanceof ApiProblem && run.error.status === 0;
    const take = (next: File) => {
        setFile(next);
        setName(nameOf(next.name));
        forget();
    };
    return (
        <Panel title={t(id ? 'datasets.resumeTitle' : 'datasets.uploadTitle')}>
            <div className="stack">
                <p className="soft" style={{ margin: 0 }}>{id ? t('datasets.resume', { size: formatBytes(arrived) }) : t('datasets.help')}</p>
                {isBroken
                    ? <div className="form-errors" role="alert">{t('datasets.broken', { percent: formatPercent(file ? sent / file.size : 0) })}</div>
                    : <FormErrors error={run.error} />}
                {isShort && <div className="form-errors" role="alert">{t('datasets.otherFile', { size: formatBytes(file.size) })}</div>}
                <div className="row">
                    <PickFile take={take} disabled={run.isPending} />
                    {file && <span>{t('datasets.chosen', { name: file.name, size: formatBytes(file.size) })}</span>}
                </div>
                {file && !isBegun && (
                    <div className="grid-2">
                        <TextInput label={t('datasets.name')} required maxLength={200} value={name} error={wrong.name} onChange={(event) => setName(event.currentTarget.value)} />
                        <Select label={t('datasets.purposeName')} allowDeselect={false} value={purpose} error={wrong.purpose}
                            data={purposes.map((value) => ({ value, label: t(`datasets.purpose.${value}`) }))} onChange={(value) => setPurpose(purposes.find((one) => one === value) ?? 'AUDIT')} />
                    </div>
                )}
                {file && run.isPending && <Sending sent={sent} size={file.size} stop={stop} />}
                {file && !run.isPending && (
                    <div className="row">
                        <Button leftSection={<IconUpload size={18} aria-hidden />} disabled={isShort || name.trim() === ''} onClick={() => run.mutate({ file, name, purpose })}>
                            {t(isBegun ? 'datasets.goOn' : 'datasets.start')}
                        </Button>
                    </div>
                )}
            </div>
        </Panel>
    );
};
