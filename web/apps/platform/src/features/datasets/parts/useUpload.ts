import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Purpose } from '../search';
import { beginUpload, continueUpload, mediaOf } from '../upload';

export interface Wanted {
    file: File;
    name: string;
    purpose: Purpose;
}

/** An upload that can stop and go on: its id, once it has one, outlives a connection that breaks. */
export const useUpload = (known: string | null, done: (id: string) => void) => {
    const client = useQueryClient();
    const stop = useRef<AbortController | null>(null);
    const [id, setId] = useState(known);
    const [sent, setSent] = useState(0);
    useEffect(() => () => stop.current?.abort(), []);
    const run = useMutation({
        mutationFn: async ({ file, name, purpose }: Wanted) => {
            const { signal } = (stop.current = new AbortController());
            const begun = id ?? await beginUpload(name, purpose, mediaOf(file.name), signal);
            setId(begun);
            await continueUpload(begun, file, signal, setSent);
            return begun;
        },
        onSuccess: done,
        onSettled: () => client.invalidateQueries({ queryKey: ['datasets'] }),
    });
    return { run, sent, isBegun: id !== null, stop: () => stop.current?.abort(), forget: () => { setId(known); setSent(0); run.reset(); } };
};
