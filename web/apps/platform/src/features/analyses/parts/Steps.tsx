import { t } from '@aic/text';

const names = ['stepFile', 'stepColumns', 'stepReport'] as const;

/** Where one is in the three steps of an analysis; `at` counts from 0. */
export const Steps = ({ at }: { at: number }) => (
    <ol className="steps no-print" aria-label={t('analyses.steps')}>
        {names.map((name, i) => (
            <li key={name} aria-current={i === at ? 'step' : undefined} data-done={i < at}>
                <span className="dot" aria-hidden>{i < at ? t('analyses.done') : i + 1}</span>{t(`analyses.${name}`)}
            </li>
        ))}
    </ol>
);
