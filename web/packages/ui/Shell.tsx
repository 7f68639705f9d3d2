import { ActionIcon, Menu, UnstyledButton } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconLayoutSidebarLeftCollapse, IconLogout, IconMenu2, IconSearch, IconUserCircle } from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';
import { useTranslation } from '@aic/text';
import { type ComponentType, lazy, type ReactNode, Suspense, useState } from 'react';
import icon from './icon.svg';

const Palette = lazy(() => import('./Palette').then((module) => ({ default: module.Palette })));

export interface NavGroup {
    title: string;
    /** count: how many wait to be looked at; none is shown for 0. */
    items: { to: string; label: string; icon: ComponentType<{ size?: number }>; count?: number }[];
}

interface Props {
    groups: NavGroup[];
    actions: { to: string; label: string }[];
    organization: string;
    person: { name: string; role: string };
    signOut: () => void;
    /** What the palette finds beside the pages. */
    find?: (text: string) => Promise<{ to: string; label: string }[]>;
    /** Stands in the top bar: what is going on just now. */
    status?: ReactNode;
    children: ReactNode;
}

const remembered = () => localStorage.getItem('aic.navigation') === 'narrow';

export const Shell = ({ groups, actions, organization, person, signOut, find, status, children }: Props) => {
    const { t } = useTranslation();
    const [narrow, setNarrow] = useState(remembered);
    const [open, setOpen] = useState(false);
    const [searching, setSearching] = useState(false);
    const [searched, setSearched] = useState(false);
    const search = (on: boolean) => {
        setSearching(on);
        if (on) setSearched(true);
    };
    useHotkeys([['mod+K', () => search(true)]], []);
    const path = useRouterState({ select: (state) => state.location.pathname });
    const collapse = () => {
        localStorage.setItem('aic.navigation', narrow ? 'wide' : 'narrow');
        setNarrow(!narrow);
    };
    const isActive = (to: string) => (to === '/' ? path === '/' : path.startsWith(to));
    return (
        <div className="shell" data-narrow={narrow} data-open={open}>
            <a className="skip" href="#content">{t('nav.skip')}</a>
            <nav className="side" aria-label={t('nav.menu')}>
                <Link to="/" className="brand"><img src={icon} alt="" /><span className="label">{t('app.name')}</span></Link>
                {groups.map((group) => (
                    <div key={group.title}>
                        <h2>{group.title}</h2>
                        {group.items.map((item) => (
                            <Link key={item.to} to={item.to} className="item" data-active={isActive(item.to)} title={item.label}
                                aria-current={isActive(item.to) ? 'page' : undefined} onClick={() => setOpen(false)}>
                                <item.icon size={18} /><span className="label">{item.label}</span>
                                {Boolean(item.count) && <span className="chip nav-count" data-kind="FAIL">{item.count}</span>}
                            </Link>
                        ))}
                    </div>
                ))}
                <span className="grow" />
                <ActionIcon className="collapse" variant="subtle" size="lg" onClick={collapse} aria-label={t('nav.collapse')}>
                    <IconLayoutSidebarLeftCollapse size={18} />
                </ActionIcon>
            </nav>
            <button type="button" className="veil" aria-label={t('common.close')} onClick={() => setOpen(false)} />
            <div>
                <header className="top">
                    <ActionIcon className="burger" variant="subtle" size="lg" onClick={() => setOpen(true)} aria-label={t('nav.menu')}>
                        <IconMenu2 size={20} />
                    </ActionIcon>
                    <span className="org">{organization}</span>
                    <span className="grow" />
                    {status}
                    <ActionIcon variant="default" size="lg" onClick={() => search(true)} aria-label={t('nav.search')} title={t('common.searchKeys')}>
                        <IconSearch size={18} />
                    </ActionIcon>
                    <Menu position="bottom-end" width={220}>
                        <Menu.Target>
                            <UnstyledButton className="row" aria-label={person.name} style={{ gap: 6 }}>
                                <IconUserCircle size={24} /><span className="wide-only small">{person.name}</span>
                            </UnstyledButton>
                        </Menu.Target>
                        <Menu.Dropdown>
                            <Menu.Label>{person.name} · {person.role}</Menu.Label>
                            <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>{t('nav.signOut')}</Menu.Item>
                        </Menu.Dropdown>
                    </Menu>
                </header>
                <main className="content" id="content">{children}</main>
            </div>
            {searched && <Suspense><Palette opened={searching} setOpened={search} find={find} entries={[...groups.flatMap((g) => g.items), ...actions]} /></Suspense>}
        </div>
    );
};
