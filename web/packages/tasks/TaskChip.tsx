import { IconBan, IconCircleCheck, IconCircleX, IconClock, IconLoader } from '@tabler/icons-react';
import type { Task } from '@aic/api';
import { useTranslation } from '@aic/text';

const looks = { PENDING: ['NONE', IconClock], RUNNING: ['REVIEW', IconLoader], SUCCEEDED: ['PASS', IconCircleCheck], FAILED: ['FAIL', IconCircleX], CANCELLED: ['NONE', IconBan] } as const;

export const TaskChip = ({ status }: { status: Task['status'] }) => {
    const { t } = useTranslation();
    const [kind, Icon] = looks[status];
    return <span className="chip" data-kind={kind}><Icon aria-hidden /> {t(`tasks.status.${status}`)}</span>;
};
