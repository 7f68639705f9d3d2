import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { TaskChip } from '@aic/tasks';
import { formatDateTime, useTranslation } from '@aic/text';
import { ErrorState, Loading, Panel } from '@aic/ui';
import { recentQuery } from '../queries';

/** What was asked last, by anybody of the organization. */
export const Recent = () => {
    const { t } = useTranslation();
    const recent = useQuery(recentQuery);
    return (
        <Panel title={t('explain.recent')}>
            {recent.isPending && <Loading rows={3} />}
            {recent.isError && <ErrorState error={recent.error} retry={() => void recent.refetch()} />}
            {recent.data?.items.length === 0 && <p className="soft small" style={{ margin: 0 }}>{t('explain.recentNone')}</p>}
            <ul className="recent">
                {(recent.data?.items ?? []).map((task) => (
                    <li key={task.task_id}><Link to="/explain/$id" params={{ id: task.task_id }}>{formatDateTime(task.created_at)}</Link><TaskChip status={task.status} /></li>
                ))}
            </ul>
        </Panel>
    );
};
