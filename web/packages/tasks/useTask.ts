import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Task } from '@aic/api';
import { useEffect, useState } from 'react';
import { isOver, readEvent, taskQuery } from './task';

/** Without events the task is asked for so often. */
const POLL_MS = 1500;
/** With them only in case one was lost. */
const CHECK_MS = 15_000;

/** A task that keeps itself up to date: by server-sent events, or by asking again and again where those do not come
    (a proxy that holds them back, a session that had to be renewed). */
export const useTask = (id: string) => {
    const client = useQueryClient();
    const [live, setLive] = useState(false);
    const task = useQuery({
        ...taskQuery(id),
        staleTime: 0,
        refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : state.error ? false : live ? CHECK_MS : POLL_MS),
    });
    const over = task.data ? isOver(task.data) : task.isError;
    useEffect(() => {
        if (over || typeof EventSource === 'undefined') return undefined;
        const { queryKey } = taskQuery(id);
        const source = new EventSource(`/api/v1/tasks/${id}/events`);
        const hear = (event: MessageEvent<string>) => {
            const news = readEvent(event.data);
            if (!news) return;
            setLive(true);
            // The end comes with a result, which an event does not carry.
            if (news.status && isOver({ status: news.status })) void client.invalidateQueries({ queryKey });
            else client.setQueryData<Task>(queryKey, (known) => (known && !isOver(known) ? { ...known, ...news } : known));
        };
        for (const name of ['message', 'task', 'progress', 'status', 'done']) source.addEventListener(name, hear);
        source.onerror = () => {
            source.close();
            setLive(false);
        };
        return () => {
            source.close();
        };
    }, [id, over, client]);
    return task;
};
