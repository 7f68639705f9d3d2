import { Button, CopyButton, Modal, NumberInput, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { fieldErrors, type InviteMade } from '@aic/api';
import { formatDateTime, useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { makeInvite } from '../queries';
import { type Role, roles } from '../search';

interface Typed {
    role: Role;
    email: string;
    uses: number;
    days: number;
}

const Draft = ({ made }: { made: (invite: InviteMade) => void }) => {
    const { t } = useTranslation();
    const [typed, setTyped] = useState<Typed>({ role: 'VIEWER', email: '', uses: 1, days: 7 });
    const make = useMutation({
        mutationFn: () => makeInvite({ role: typed.role, email: typed.email || undefined, max_uses: typed.email ? 1 : typed.uses, expires_in_days: typed.days }),
        onSuccess: made,
    });
    const wrong = fieldErrors(make.error);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        make.mutate();
    };
    return (
        <form className="stack" onSubmit={submit}>
            <FormErrors error={make.error} />
            <Select label={t('people.role')} allowDeselect={false} data={roles.map((value) => ({ value, label: t(`role.${value}`) }))} value={typed.role} error={wrong.role}
                onChange={(value) => setTyped({ ...typed, role: roles.find((role) => role === value) ?? typed.role })} />
            <TextInput label={t('invites.email')} description={t('invites.emailHelp')} type="email" value={typed.email} error={wrong.email} autoComplete="off"
                onChange={(event) => setTyped({ ...typed, email: event.currentTarget.value })} />
            {typed.email === '' && <NumberInput label={t('invites.uses')} description={t('invites.usesHelp')} min={1} max={50} allowDecimal={false} value={typed.uses} error={wrong.max_uses}
                onChange={(value) => setTyped({ ...typed, uses: Number(value) || 1 })} />}
            <NumberInput label={t('invites.days')} description={t('invites.daysHelp')} min={1} max={30} allowDecimal={false} value={typed.days} error={wrong.expires_in_days}
                onChange={(value) => setTyped({ ...typed, days: Number(value) || 1 })} />
            <div><Button type="submit" loading={make.isPending}>{t('invites.make')}</Button></div>
        </form>
    );
};

const Made = ({ invite, close }: { invite: InviteMade; close: () => void }) => {
    const { t } = useTranslation();
    return (
        <div className="stack">
            <p style={{ margin: 0 }}>{t('invites.madeLead', { date: formatDateTime(invite.expires_at) })}</p>
            <TextInput label={t('invites.link')} value={invite.link} readOnly onFocus={(event) => event.currentTarget.select()} />
            <div className="row">
                <CopyButton value={invite.link}>{({ copied, copy }) => <Button onClick={copy}>{copied ? t('common.copied') : t('invites.copyLink')}</Button>}</CopyButton>
                <Button variant="default" onClick={close}>{t('invites.done')}</Button>
            </div>
        </div>
    );
};

export const Invite = () => {
    const { t } = useTranslation();
    const client = useQueryClient();
    const [isOpen, setOpen] = useState(false);
    const [made, setMade] = useState<InviteMade | null>(null);
    const close = () => {
        setOpen(false);
        setMade(null);
        void client.invalidateQueries({ queryKey: ['invites'] });
    };
    return (
        <>
            <Button onClick={() => setOpen(true)}>{t('invites.action')}</Button>
            {/* A click beside it must not lose the only sight of the link. */}
            <Modal lockScroll={false} opened={isOpen} onClose={close} closeOnClickOutside={!made} title={t(made ? 'invites.made' : 'invites.dialog')} closeButtonProps={{ 'aria-label': t('common.close') }}>
                {made ? <Made invite={made} close={close} /> : <Draft made={setMade} />}
            </Modal>
        </>
    );
};
