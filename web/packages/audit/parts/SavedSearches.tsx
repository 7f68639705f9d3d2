import { ActionIcon, Button, Popover, TextInput } from '@mantine/core';
import { IconBookmark, IconTrash } from '@tabler/icons-react';
import { useTranslation } from '@aic/text';
import { type SubmitEvent, useState } from 'react';
import { loadSaved, type SavedSearch, storeSaved, withSaved } from '../saved';
import { type AuditSearch, isFiltered } from '../search';

interface Props {
    source: string;
    search: AuditSearch;
    open: (search: AuditSearch) => void;
}

/** Searches by name, kept in this browser alone. */
export const SavedSearches = ({ source, search, open }: Props) => {
    const { t } = useTranslation();
    const [all, setAll] = useState<SavedSearch[]>(() => loadSaved(source));
    const [opened, setOpened] = useState(false);
    const keep = (next: SavedSearch[]) => {
        storeSaved(source, next);
        setAll(next);
    };
    const save = (event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        const name = new FormData(event.currentTarget).get('name');
        if (typeof name === 'string' && name.trim()) keep(withSaved(all, name.trim(), search));
        event.currentTarget.reset();
    };
    return (
        <Popover opened={opened} onChange={setOpened} position="bottom-end" width={320} trapFocus withinPortal={false}>
            <Popover.Target>
                <Button variant="default" leftSection={<IconBookmark size={18} aria-hidden />} onClick={() => setOpened(!opened)}>{t('audit.saved')}</Button>
            </Popover.Target>
            <Popover.Dropdown>
                <div className="stack">
                    {all.length === 0 && <p className="small soft" style={{ margin: 0 }}>{t('audit.savedNone')}</p>}
                    {all.map((one) => (
                        <div key={one.name} className="row apart">
                            <Button variant="subtle" size="compact-sm" onClick={() => { setOpened(false); open(one.search); }}>{one.name}</Button>
                            <ActionIcon variant="subtle" aria-label={t('audit.forget', { name: one.name })} onClick={() => keep(all.filter((other) => other !== one))}><IconTrash size={16} /></ActionIcon>
                        </div>
                    ))}
                    {isFiltered(search) && (
                        <form onSubmit={save} className="stack" style={{ gap: 8 }}>
                            <TextInput name="name" label={t('audit.saveAs')} maxLength={60} required />
                            <Button type="submit" variant="light">{t('common.save')}</Button>
                        </form>
                    )}
                    <p className="small soft" style={{ margin: 0 }}>{t('audit.savedHelp')}</p>
                </div>
            </Popover.Dropdown>
        </Popover>
    );
};
