import { Button } from '@mantine/core';
import { IconCheck, IconMinus } from '@tabler/icons-react';
import type { Capability, Role } from '@aic/api';
import { useTranslation } from '@aic/text';
import { Fragment } from 'react';
import { categoriesOf, useRoleName } from '../names';

interface Props {
    capabilities: Capability[];
    roles: Role[];
    edit: (role: Role) => void;
}

const Head = ({ role, edit }: { role: Role; edit: (role: Role) => void }) => {
    const { t } = useTranslation();
    const name = useRoleName();
    return (
        <th scope="col" className="matrix-role">
            <div>{name(role)}</div>
            <div className="small soft">{t('access.people', { count: role.people })}</div>
            {role.is_custom
                ? <Button size="compact-xs" variant="default" onClick={() => edit(role)} aria-label={t('access.editRole', { name: role.name })}>{t('access.change')}</Button>
                : <div className="small soft">{t('access.builtIn')}</div>}
        </th>
    );
};

const May = ({ yes }: { yes: boolean }) => {
    const { t } = useTranslation();
    return yes
        ? <IconCheck size={18} aria-label={t('access.yes')} role="img" className="matrix-yes" />
        : <IconMinus size={16} aria-label={t('access.no')} role="img" className="matrix-no" />;
};

/** Every capability by every role. */
export const Matrix = ({ capabilities, roles, edit }: Props) => {
    const { t } = useTranslation();
    return (
        <div className="table-wide" tabIndex={0} role="region" aria-label={t('access.matrixLabel')}>
            <table className="data matrix">
                <thead><tr><th scope="col">{t('access.capability')}</th>{roles.map((role) => <Head key={role.id ?? role.name} role={role} edit={edit} />)}</tr></thead>
                <tbody>
                    {categoriesOf(capabilities).map(([category, rows]) => (
                        <Fragment key={category}>
                            <tr><th scope="colgroup" colSpan={roles.length + 1} className="matrix-category">{t(`access.category.${category}`)}</th></tr>
                            {rows.map((row) => (
                                <tr key={row.slug}>
                                    <th scope="row" className="matrix-name"><div>{row.description}</div><div className="mono soft">{row.slug}</div></th>
                                    {roles.map((role) => <td key={role.id ?? role.name} className="matrix-cell"><May yes={role.capabilities.includes(row.slug)} /></td>)}
                                </tr>
                            ))}
                        </Fragment>
                    ))}
                </tbody>
            </table>
        </div>
    );
};
