import { Select } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { Incident } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors } from '@aic/ui';
import { rights, severities } from '../names';
import { type Change, changeIncident, peopleChoicesQuery, systemChoicesQuery } from '../queries';

/** Each choice is kept as soon as it is made. */
export const Details = ({ incident, update }: { incident: Incident; update: (next: Incident) => void }) => {
    const { t } = useTranslation();
    const people = useQuery(peopleChoicesQuery);
    const systems = useQuery(systemChoicesQuery);
    const save = useMutation({ mutationFn: (change: Change) => changeIncident(incident, change), onSuccess: update });
    const choose = (change: Change) => {
        if (Object.values(change).some(Boolean)) save.mutate(change);
    };
    return (
        <div className="stack">
            <FormErrors error={save.error} />
            <Select label={t('incidents.severityName')} allowDeselect={false} disabled={save.isPending} value={incident.severity} data={severities.map((value) => ({ value, label: t(`incidents.severity.${value}`) }))}
                onChange={(value) => choose({ severity: severities.find((one) => one === value) })} />
            <Select label={t('incidents.assignee')} searchable placeholder={t('incidents.nobody')} disabled={save.isPending} value={incident.assignee_id}
                data={(people.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))} onChange={(value) => choose({ assignee_id: value ?? undefined })} />
            <Select label={t('incidents.systemName')} searchable placeholder={incident.system_name ?? t('incidents.none_')} disabled={save.isPending} value={incident.system_id}
                data={(systems.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))} onChange={(value) => choose({ system_id: value ?? undefined })} />
            <Select label={t('incidents.right')} placeholder={t('incidents.none_')} disabled={save.isPending} value={incident.right_violated} data={rights.map((value) => ({ value, label: t(`incidents.rights.${value}`) }))}
                onChange={(value) => choose({ right_violated: rights.find((one) => one === value) })} />
            <span role="status" className="small soft">{save.isSuccess && t('incidents.saved')}</span>
        </div>
    );
};
