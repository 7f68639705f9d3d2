import { Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@aic/text';
import { systemNamesQuery } from '../queries';
import type { Draft } from '../upload';

interface Props {
    draft: Draft;
    change: (draft: Draft) => void;
    wrong: Record<string, string>;
}

/** What a person says of a model beside its file. */
export const DraftForm = ({ draft, change, wrong }: Props) => {
    const { t } = useTranslation();
    const systems = useQuery(systemNamesQuery);
    return (
        <>
            <div className="grid-2">
                <TextInput label={t('newModel.name')} description={t('newModel.nameHelp')} required maxLength={200} value={draft.name} error={wrong.name}
                    onChange={(event) => change({ ...draft, name: event.currentTarget.value })} />
                <TextInput label={t('newModel.version')} description={t('newModel.versionHelp')} required maxLength={60} value={draft.version} error={wrong.version}
                    onChange={(event) => change({ ...draft, version: event.currentTarget.value })} />
            </div>
            <Select label={t('newModel.system')} description={t('newModel.systemHelp')} placeholder={t('newModel.systemNone')} clearable searchable error={wrong.system_id}
                data={(systems.data?.items ?? []).map((system) => ({ value: system.id, label: system.name }))} value={draft.system_id} onChange={(system_id) => change({ ...draft, system_id })} />
            <Textarea label={t('newModel.description')} autosize minRows={2} maxLength={4000} value={draft.description} error={wrong.description}
                onChange={(event) => change({ ...draft, description: event.currentTarget.value })} />
            <TagsInput label={t('newModel.protected')} description={t('newModel.protectedHelp')} value={draft.protected_attributes} error={wrong.protected_attributes} maxTags={32}
                onChange={(protected_attributes) => change({ ...draft, protected_attributes })} />
        </>
    );
};
