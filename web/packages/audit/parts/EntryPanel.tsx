import { Anchor, Button, Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AuditDetail } from '@aic/api';
import { formatDateTime, useTranslation } from '@aic/text';
import { ErrorState, Hash, Loading } from '@aic/ui';
import { changesOf, isMasked, words } from '../changes';
import type { AuditSearch } from '../search';
import { type AuditSource, entryQuery } from '../source';
import { useNames } from './names';
import { OutcomeChip } from './OutcomeChip';

const Value = ({ value }: { value: string | null }) => {
    const { t } = useTranslation();
    if (value === null) return <span className="soft">{t('audit.nothing')}</span>;
    return isMasked(value) ? <span className="soft" title={t('audit.maskedNote')}>{t('audit.masked')}</span> : <>{value}</>;
};

const Changes = ({ entry }: { entry: AuditDetail }) => {
    const { t } = useTranslation();
    const changes = changesOf(entry.before, entry.after);
    if (changes.length === 0) return <p className="soft small">{t('audit.noChanges')}</p>;
    return (
        <div className="table-wide audit-changes" tabIndex={0} role="region" aria-label={t('audit.changes')}>
            <table className="data">
                <thead><tr><th scope="col">{t('audit.field')}</th><th scope="col">{t('audit.before')}</th><th scope="col">{t('audit.after')}</th></tr></thead>
                <tbody>
                    {changes.map((change) => (
                        <tr key={change.field}><th scope="row">{words(change.field)}</th><td><Value value={change.before} /></td><td><Value value={change.after} /></td></tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
};

const Facts = ({ entry, ofAll, link }: { entry: AuditDetail; ofAll: boolean; link: string | null }) => {
    const { t } = useTranslation();
    const names = useNames();
    return (
        <dl className="facts">
            <dt>{t('audit.when')}</dt><dd>{formatDateTime(entry.at)}</dd>
            <dt>{t('audit.who')}</dt><dd>{names.actor(entry)}</dd>
            {ofAll && <><dt>{t('audit.organization')}</dt><dd>{entry.org_name ?? t('audit.noOrganization')}</dd></>}
            {entry.subject_type && <><dt>{t('audit.subject')}</dt><dd>{names.subject(entry.subject_type)} {link && <Anchor component={Link} to={link} inherit>{t('audit.openSubject')}</Anchor>}</dd></>}
            {entry.reason && <><dt>{t('audit.reason')}</dt><dd>{entry.reason}</dd></>}
            {entry.ip && <><dt>{t('audit.address')}</dt><dd>{entry.ip}</dd></>}
            {entry.user_agent && <><dt>{t('audit.browser')}</dt><dd>{entry.user_agent}</dd></>}
            {entry.request_id && <><dt>{t('audit.request')}</dt><dd className="mono">{entry.request_id}</dd></>}
        </dl>
    );
};

interface Props {
    source: AuditSource;
    id: string;
    close: () => void;
    only: (filter: AuditSearch) => void;
    place?: (type: string, id: string) => string | null;
}

export const EntryPanel = ({ source, id, close, only, place }: Props) => {
    const { t } = useTranslation();
    const names = useNames();
    const { data: entry, isPending, isError, error } = useQuery(entryQuery(source, id));
    const link = entry?.subject_type && entry.subject_id ? place?.(entry.subject_type, entry.subject_id) ?? null : null;
    return (
        <Drawer opened lockScroll={false} onClose={close} position="right" size="lg" closeButtonProps={{ 'aria-label': t('common.close') }}
            title={entry ? t('audit.entry', { seq: entry.seq }) : t('audit.title')}>
            {isPending && <Loading rows={4} />}
            {isError && <ErrorState error={error} />}
            {entry && (
                <div className="stack">
                    <div className="row"><strong>{names.event(entry.event)}</strong><OutcomeChip outcome={entry.outcome} /></div>
                    <Facts entry={entry} ofAll={source.ofAll} link={link} />
                    <div className="row">
                        {entry.actor_id && <Button size="compact-sm" variant="default" onClick={() => only({ actor: entry.actor_id ?? undefined })}>{t('audit.actorOnly')}</Button>}
                        {source.ofAll && entry.org_id && <Button size="compact-sm" variant="default" onClick={() => only({ org: entry.org_id ?? undefined })}>{t('audit.organizationOnly')}</Button>}
                        {entry.ip && <Button size="compact-sm" variant="default" onClick={() => only({ ip: entry.ip ?? undefined })}>{t('audit.addressOnly')}</Button>}
                        {entry.subject_id && <Button size="compact-sm" variant="default" onClick={() => only({ subject: entry.subject_id ?? undefined })}>{t('audit.subjectOnly')}</Button>}
                    </div>
                    <section><h2 className="panel-title">{t('audit.changes')}</h2><Changes entry={entry} /></section>
                    <div><div className="figure-name">{t('audit.hash')}</div><Hash value={entry.hash} /></div>
                    <div><div className="figure-name">{t('audit.prevHash')}</div><Hash value={entry.prev_hash} /></div>
                </div>
            )}
        </Drawer>
    );
};
