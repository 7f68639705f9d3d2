import { Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Choice } from '../source';

interface Props {
    label: string;
    placeholder: string;
    queryKey: string[];
    find: (text: string) => Promise<Choice[]>;
    value?: string;
    /** How the chosen one is called, where a row already told. */
    name?: string;
    change: (value: string | undefined) => void;
}

const WAIT_TO_ASK_MS = 30_000;

/** Finds a person or an organization by name; the address holds the id. */
export const Finder = ({ label, placeholder, queryKey, find, value, name, change }: Props) => {
    const [typed, setTyped] = useState('');
    const [asked, setAsked] = useState(false);
    const [chosen, setChosen] = useState<Choice | null>(null);
    const text = chosen && typed === chosen.label ? '' : typed;
    const found = useQuery({ queryKey: [...queryKey, text], queryFn: () => find(text), enabled: asked, placeholderData: keepPreviousData, staleTime: WAIT_TO_ASK_MS });
    const options = found.data ?? [];
    const current = value && !options.some((one) => one.value === value)
        ? [{ value, label: name ?? (chosen?.value === value ? chosen.label : `${value.slice(0, 8)}…`) }] : [];
    return (
        <Select label={label} placeholder={placeholder} searchable clearable value={value ?? null} data={[...current, ...options]}
            filter={({ options: all }) => all} onDropdownOpen={() => setAsked(true)} onSearchChange={setTyped}
            onChange={(next, option) => { setChosen(next && option ? { value: next, label: option.label } : null); change(next ?? undefined); }} />
    );
};
