import { Modal, TextInput, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from '@aic/text';
import { useState } from 'react';

interface Props {
    opened: boolean;
    setOpened: (opened: boolean) => void;
    entries: { to: string; label: string }[];
    find?: (text: string) => Promise<{ to: string; label: string }[]>;
}

/** Ctrl/Cmd-K: pages, actions, and what the app finds by name. */
export const Palette = ({ opened, setOpened, entries, find }: Props) => {
    const { t } = useTranslation();
    const navigate = useNavigate();
    const [text, setText] = useState('');
    const more = useQuery({
        queryKey: ['palette', text],
        enabled: opened && text.length > 1 && Boolean(find),
        queryFn: () => find?.(text) ?? [],
    });
    const found = [
        ...entries.filter((entry) => entry.label.toLowerCase().includes(text.toLowerCase())),
        ...(more.data ?? []),
    ];
    const go = (to: string) => {
        setOpened(false);
        setText('');
        void navigate({ to });
    };
    return (
        <Modal lockScroll={false} opened={opened} onClose={() => setOpened(false)} withCloseButton={false} yOffset="10vh" title={null}>
            <TextInput data-autofocus value={text} onChange={(event) => setText(event.currentTarget.value)} aria-label={t('nav.search')}
                placeholder={t('nav.search')} onKeyDown={(event) => { if (event.key === 'Enter' && found[0]) go(found[0].to); }} />
            <div className="stack" style={{ gap: 2, marginTop: 10 }}>
                {found.map((entry) => (
                    <UnstyledButton key={entry.to} className="palette-item" p={8} onClick={() => go(entry.to)}>{entry.label}</UnstyledButton>
                ))}
            </div>
        </Modal>
    );
};
