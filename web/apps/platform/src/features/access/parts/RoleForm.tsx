import { Button, Checkbox, Drawer, TextInput, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Capability, fieldErrors, type Role } from '@aic/api';
import { useSession } from '@aic/auth';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { categoriesOf } from '../names';
import { archiveRole, changeRole, type Draft, makeRole } from '../queries';

interface Props {
    role: Role | null;
    capabilities: Capability[];
    close: () => void;
}

export const RoleForm = ({ role, capabilities, close }: Props) => {
    const { t } = useTranslation();
    const { can } = useSession();
    const client = useQueryClient();
    const [draft, setDraft] = useState<Draft>({ name: role?.name ?? '', description: role?.description ?? '', capabilities: role?.capabilities ?? [] });
    const after = { onSuccess: () => client.invalidateQueries({ queryKey: ['access'] }).then(close) };
    const save = useMutation({ mutationFn: () => (role?.id ? changeRole({ ...role, id: role.id }, draft) : makeRole(draft)), ...after });
    const remove = useMutation({ mutationFn: archiveRole, ...after });
    const wrong = fieldErrors(save.error);
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        save.mutate();
    };
    return (
        <Drawer opened lockScroll={false} position="right" size="lg" onClose={close} title={role ? t('access.editRole', { name: role.name }) : t('access.newRole')} closeButtonProps={{ 'aria-label': t('common.close') }}>
            <form className="stack" onSubmit={submit}>
                <FormErrors error={save.error ?? remove.error} />
                <TextInput label={t('access.name')} required maxLength={60} value={draft.name} error={wrong.name} data-autofocus onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })} />
                <Textarea label={t('access.description')} maxLength={500} autosize minRows={2} value={draft.description} error={wrong.description} onChange={(event) => setDraft({ ...draft, description: event.currentTarget.value })} />
                <Checkbox.Group label={t('access.rights')} description={t('access.rightsHelp')} value={draft.capabilities} error={wrong.capabilities} onChange={(value) => setDraft({ ...draft, capabilities: value })}>
                    {categoriesOf(capabilities).map(([category, rows]) => (
                        <fieldset key={category} className="rights">
                            <legend>{t(`access.category.${category}`)}</legend>
                            {rows.map((row) => <Checkbox key={row.slug} value={row.slug} label={row.description} description={<span className="mono">{row.slug}</span>} disabled={!can(row.slug)} />)}
                        </fieldset>
                    ))}
                </Checkbox.Group>
                <div className="row"><Button type="submit" loading={save.isPending}>{role ? t('common.save') : t('access.create')}</Button></div>
                {role?.id && role.people === 0 && (
                    <section className="stack">
                        <p className="soft small" style={{ margin: 0 }}>{t('access.removeWhy')}</p>
                        <div><Button color="red" variant="light" loading={remove.isPending} onClick={() => role.id && remove.mutate(role.id)}>{t('access.remove')}</Button></div>
                    </section>
                )}
            </form>
        </Drawer>
    );
};
