import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { IconLoader2 } from '@tabler/icons-react';
import type { TaskItem } from '@aic/api';
import { isOver, kindText } from '@aic/tasks';
import { useTranslation } from '@aic/text';
import { useState } from 'react';
import { latestQuery } from '../queries';
import { placeOf } from '../search';

/** The first of those that ran a moment ago and have ended since. */
export const endedOf = (ran: readonly string[], tasks: readonly TaskItem[]) => tasks.find((task) => ran.includes(task.task_id) && isOver(task)) ?? null;

/** A small sign while something runs, and word when it is done; nothing otherwise. */
export const TaskIndicator = () => {
    const { t } = useTranslation();
    const path = useRouterState({ select: (state) => state.location.pathname });
    const latest = useQuery(latestQuery);
    const tasks = latest.data?.items ?? [];
    const running = tasks.filter((task) => !isOver(task)).map((task) => task.task_id);
    const [ran, setRan] = useState<readonly string[]>([]);
    // Whoever ran stays noted until the person has opened what came of it, or something else runs.
    if (running.length > 0 && running.join() !== ran.join()) setRan(running);
    const last = running.length === 0 ? endedOf(ran, tasks) : null;
    // Whoever looks at it already needs no word of it.
    const ended = last && placeOf(last) !== path ? last : null;
    return (
        <span role="status" className="small nowrap">
            {running.length > 0 && <Link to="/tasks" className="chip" data-kind="REVIEW"><IconLoader2 aria-hidden /> {t('tasks.running', { count: running.length })}</Link>}
            {ended && (
                <Link to={placeOf(ended) ?? '/tasks'} className="chip" data-kind={ended.status === 'SUCCEEDED' ? 'PASS' : ended.status === 'FAILED' ? 'FAIL' : 'NONE'} onClick={() => setRan([])}>
                    {t('tasks.ended', { what: kindText(ended.kind), status: t(`tasks.status.${ended.status}`) })}
                </Link>
            )}
        </span>
    );
};
