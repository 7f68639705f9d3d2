import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { fieldErrors, type Passkey } from '@aic/api';
import { addPasskey, hasPasskeys, RecoveryCodes, textOf } from '@aic/auth';
import { formatDateTime, useTranslation } from '@aic/text';
import { DataTable, FormErrors, type Column } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { removePasskey, renamePasskey } from '../queries';

type Doing = { what: 'add' } | { what: 'rename' | 'remove'; passkey: Passkey } | { what: 'codes'; codes: string[] } | null;

/** Asks for a name and does something with it: makes a passkey, or renames one. */
const Naming = <T,>({ name, action, run, done }: { name: string; action: string; run: (name: string) => Promise<T>; done: (answer: T) => void }) => {
    const { t } = useTranslation();
    const change = useMutation({ mutationFn: run, onSuccess: done });
    const wrong = fieldErrors(change.error);
    const submit = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        change.mutate(textOf(new FormData(event.currentTarget), 'name'));
    };
    return (
        <form className="stack" onSubmit={submit}>
            <FormErrors error={change.error} />
            <TextInput name="name" label={t('passkeys.name')} description={t('passkeys.nameHelp')} defaultValue={name} required maxLength={100} error={wrong.name} autoComplete="off" data-autofocus />
            <Button type="submit" loading={change.isPending}>{action}</Button>
        </form>
    );
};

const Removing = ({ passkey, done }: { passkey: Passkey; done: () => void }) => {
    const { t } = useTranslation();
    const remove = useMutation({ mutationFn: () => removePasskey(passkey.id), onSuccess: done });
    return (
        <div className="stack">
            <p className="soft small" style={{ margin: 0 }}>{t('passkeys.removeLead')}</p>
            <FormErrors error={remove.error} />
            <Button loading={remove.isPending} onClick={() => remove.mutate()} data-autofocus>{t('passkeys.remove')}</Button>
        </div>
    );
};

const Dialog = ({ doing, go, close }: { doing: NonNullable<Doing>; go: (next: Doing) => void; close: () => void }) => {
    const { t } = useTranslation();
    const titles = { add: t('passkeys.addTitle'), rename: t('passkeys.renameTitle'), codes: t('mfa.codesTitle') };
    const title = doing.what === 'remove' ? t('passkeys.removeTitle', { name: doing.passkey.name }) : titles[doing.what];
    return (
        <Modal lockScroll={false} opened onClose={close} closeOnClickOutside={doing.what !== 'codes'} title={title} closeButtonProps={{ 'aria-label': t('common.close') }}>
            {doing.what === 'add' && <Naming name="" action={t('passkeys.create')} run={(name) => addPasskey(name)} done={(codes) => (codes.length ? go({ what: 'codes', codes }) : close())} />}
            {doing.what === 'rename' && <Naming name={doing.passkey.name} action={t('common.save')} run={(name) => renamePasskey(doing.passkey.id, name)} done={close} />}
            {doing.what === 'remove' && <Removing passkey={doing.passkey} done={close} />}
            {doing.what === 'codes' && <RecoveryCodes codes={doing.codes} done={close} />}
        </Modal>
    );
};

export const Passkeys = ({ items }: { items: Passkey[] }) => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [doing, setDoing] = useState<Doing>(null);
    const close = () => {
        setDoing(null);
        void client.invalidateQueries({ queryKey: ['security'] });
    };
    const columns: Column<Passkey>[] = [
        { id: 'name', header: t('passkeys.name'), cell: ({ row }) => <>{row.original.name} {row.original.backed_up && <span className="chip" data-kind="NONE">{t('passkeys.synced')}</span>}</> },
        { id: 'added', header: t('passkeys.added'), cell: ({ row }) => formatDateTime(row.original.created_at) },
        { id: 'used', header: t('passkeys.used'), cell: ({ row }) => (row.original.last_used_at ? formatDateTime(row.original.last_used_at) : t('passkeys.never')) },
        {
            id: 'do', header: '', cell: ({ row }) => (
                <div className="row">
                    <Button size="xs" variant="default" onClick={() => setDoing({ what: 'rename', passkey: row.original })}>{t('passkeys.rename')}</Button>
                    <Button size="xs" variant="default" onClick={() => setDoing({ what: 'remove', passkey: row.original })}>{t('passkeys.remove')}</Button>
                </div>
            ),
        },
    ];
    return (
        <div className="stack">
            <p className="soft small" style={{ margin: 0 }}>{t('passkeys.lead')}</p>
            {items.length ? <DataTable rows={items} columns={columns} label={t('passkeys.table')} /> : <p style={{ margin: 0 }}>{t('passkeys.none')}</p>}
            {hasPasskeys() ? <div><Button variant={items.length ? 'default' : 'filled'} onClick={() => setDoing({ what: 'add' })}>{t('passkeys.add')}</Button></div> : <p className="soft small" style={{ margin: 0 }}>{t('passkeys.unsupported')}</p>}
            {doing && <Dialog doing={doing} go={setDoing} close={close} />}
        </div>
    );
};
