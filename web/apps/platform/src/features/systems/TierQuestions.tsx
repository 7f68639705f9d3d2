import { Radio } from '@mantine/core';
import { t } from '@aic/text';

export interface Answers {
    a: number | null;
    b: number | null;
    c: number | null;
}

const questions = ['a', 'b', 'c'] as const;
const letters = { a: 'A', b: 'B', c: 'C' } as const;
const options = [1, 2, 3] as const;

/** What the server will suggest from complete answers (shown while answering; the server decides). */
export const suggestedTier = ({ a, b, c }: Answers) => {
    if (a === null || b === null || c === null) return null;
    const sum = a + b + c;
    return sum >= 7 ? 'TIER_1' : sum >= 4 ? 'TIER_2' : 'TIER_3';
};

export const TierQuestions = ({ answers, change, error }: { answers: Answers; change: (answers: Answers) => void; error?: string }) => (
    <div className="stack">
        {questions.map((key) => (
            <Radio.Group key={key} label={t(`systems.question${letters[key]}`)} value={answers[key]?.toString() ?? ''} onChange={(value) => change({ ...answers, [key]: Number(value) })}>
                <div className="row" style={{ marginTop: 6, gap: 18 }}>
                    {options.map((option) => <Radio key={option} value={String(option)} label={t(`systems.answer${letters[key]}${option}`)} />)}
                </div>
            </Radio.Group>
        ))}
        {error && <div className="small" style={{ color: 'var(--mantine-color-error)' }}>{error}</div>}
    </div>
);
