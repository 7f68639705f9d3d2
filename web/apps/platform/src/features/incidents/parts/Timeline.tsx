import type { Incident, IncidentEvent } from '@aic/api';
import { formatDateTime, useTranslation } from '@aic/text';
import '../incidents.css';

const useWhat = () => {
    const { t } = useTranslation();
    return (event: IncidentEvent, isFirst: boolean) => {
        if (event.kind === 'STATUS') return isFirst ? t('incidents.events.received') : t('incidents.events.STATUS', { status: event.status ? t(`incidents.states.${event.status}`) : '' });
        if (event.kind === 'ESCALATION') return t('incidents.events.ESCALATION', { level: event.level ?? 1 });
        return t(`incidents.events.${event.kind}`);
    };
};

export const Timeline = ({ incident }: { incident: Incident }) => {
    const { t } = useTranslation();
    const what = useWhat();
    return (
        <ol className="timeline">
            {incident.events.map((event, index) => (
                <li key={event.id} data-kind={event.kind} data-by={event.author_kind}>
                    <div className="row apart"><strong>{what(event, index === 0)}</strong><span className="small soft">{formatDateTime(event.at)}</span></div>
                    <div className="small soft">{event.author_name ?? t(`incidents.by.${event.author_kind}`)}{event.kind === 'MESSAGE' && event.author_kind === 'STAFF' && ` → ${t(`incidents.${event.visibility}`)}`}</div>
                    {event.body && <p className="words">{event.body}</p>}
                </li>
            ))}
        </ol>
    );
};
