import { Radio } from '@mantine/core';

export interface Answers {
    a: number | null;
    b: number | null;
    c: number | null;
}

const questions = [
    { key: 'a', text: 'Does it affect access to services, work, credit or legal standing?', options: ['No', 'Sometimes', 'Yes'] },
    { key: 'b', text: 'Does it use special personal information, such as health, biometrics or data of children?', options: ['None', 'Limited', 'At its core'] },
    { key: 'c', text: 'Who takes the final decision?', options: ['A human', 'A human reviews some', 'The system, fully automated'] },
] as const;

/** What the server will suggest from complete answers (shown while answering; the server decides). */
export const suggestedTier = ({ a, b, c }: Answers) => {
    if (a === null || b === null || c === null) return null;
    const sum = a + b + c;
    return sum >= 7 ? 'TIER_1' : sum >= 4 ? 'TIER_2' : 'TIER_3';
};

export const TierQuestions = ({ answers, change, error }: { answers: Answers; change: (answers: Answers) => void; error?: string }) => (
    <div className="stack">
        {questions.map(({ key, text, options }) => (
            <Radio.Group key={key} label={text} value={answers[key]?.toString() ?? ''} onChange={(value) => change({ ...answers, [key]: Number(value) })}>
                <div className="row" style={{ marginTop: 6, gap: 18 }}>
                    {options.map((label, i) => <Radio key={label} value={String(i + 1)} label={label} />)}
                </div>
            </Radio.Group>
        ))}
        {error && <div className="small" style={{ color: 'var(--mantine-color-error)' }}>{error}</div>}
    </div>
);
