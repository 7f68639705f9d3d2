import { Button, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { fieldErrors, type System } from '@aic/api';
import { useTranslation } from '@aic/text';
import { FormErrors, TierChip } from '@aic/ui';
import { type SubmitEvent, useState } from 'react';
import { peopleQuery } from './queries';
import { type Answers, suggestedTier, TierQuestions } from './TierQuestions';

const useCases = ['HIRING', 'FINANCE', 'HEALTHCARE', 'INSURANCE', 'GOVERNMENT', 'RETAIL', 'OTHER'] as const;

export interface SystemValues {
    name: string;
    purpose: string;
    use_case: (typeof useCases)[number];
    sector?: string;
    decision_type?: string;
    affected_groups?: string;
    disclosure_text?: string;
    accountable_person_id?: string;
    tier_answers?: { a: number; b: number; c: number };
}

interface Props {
    system?: System;
    error: Error | null;
    saving: boolean;
    submitLabel: string;
    save: (values: SystemValues) => void;
}

const given = (value: string) => value.trim() || undefined;

export const SystemForm = ({ system, error, saving, submitLabel, save }: Props) => {
    const { t } = useTranslation();
    const people = useQuery(peopleQuery);
    const [values, setValues] = useState({
        name: system?.name ?? '', purpose: system?.purpose ?? '', sector: system?.sector ?? '', decision_type: system?.decision_type ?? '',
        affected_groups: system?.affected_groups ?? '', disclosure_text: system?.disclosure_text ?? '',
    });
    const [useCase, setUseCase] = useState<(typeof useCases)[number]>(system?.use_case ?? 'OTHER');
    const [person, setPerson] = useState<string | null>(system?.accountable_person_id ?? null);
    const [answers, setAnswers] = useState<Answers>({
        a: system?.tier_answers.a ?? null, b: system?.tier_answers.b ?? null, c: system?.tier_answers.c ?? null,
    });
    const wrong = fieldErrors(error);
    const tier = suggestedTier(answers);
    const text = (name: keyof typeof values) => ({
        value: values[name], error: wrong[name],
        onChange: (event: { currentTarget: { value: string } }) => setValues({ ...values, [name]: event.currentTarget.value }),
    });
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        const { a, b, c } = answers;
        save({
            name: values.name.trim(), purpose: values.purpose.trim(), use_case: useCase, sector: given(values.sector), decision_type: given(values.decision_type),
            affected_groups: given(values.affected_groups), disclosure_text: given(values.disclosure_text), accountable_person_id: person ?? undefined,
            tier_answers: a !== null && b !== null && c !== null ? { a, b, c } : undefined,
        });
    };
    return (
        <form className="stack narrow-form" onSubmit={submit} noValidate>
            <FormErrors error={error} />
            <TextInput label={t('word.name')} description={t('systems.nameHelp')} required {...text('name')} />
            <Textarea label={t('word.purpose')} description={t('systems.purposeHelp')} required autosize minRows={2} {...text('purpose')} />
            <Select label={t('word.useCase')} description={t('systems.useCaseHelp')} data={useCases.map((value) => ({ value, label: t(`useCase.${value}`) }))}
                value={useCase} allowDeselect={false} onChange={(value) => setUseCase(useCases.find((u) => u === value) ?? 'OTHER')} />
            <TextInput label={t('word.decision')} description={t('systems.decisionHelp')} {...text('decision_type')} />
            <TextInput label={t('systems.affected')} {...text('affected_groups')} />
            <TextInput label={t('word.sector')} {...text('sector')} />
            <Select label={t('systems.accountable')} description={t('systems.accountableHelp')} clearable searchable
                data={(people.data?.items ?? []).map((one) => ({ value: one.id, label: t('systems.personOption', { name: one.name, role: t(`role.${one.role}`) }) }))}
                value={person} onChange={setPerson} error={wrong.accountable_person_id} />
            <fieldset className="panel">
                <legend><strong>{t('systems.stakes')}</strong> <span className="soft small">{t('systems.stakesHelp')}</span></legend>
                <TierQuestions answers={answers} change={setAnswers} error={wrong.tier_answers} />
                {tier && <p className="small">{t('systems.suggestsBefore')} <TierChip tier={tier} />{t('systems.suggestsAfter')}</p>}
            </fieldset>
            <Textarea label={t('systems.disclosure')} description={t('systems.disclosureHelp')} autosize minRows={2} {...text('disclosure_text')} />
            <div><Button type="submit" loading={saving}>{submitLabel}</Button></div>
        </form>
    );
};
