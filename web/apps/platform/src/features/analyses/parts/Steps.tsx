const names = ['The file', 'Its columns', 'The report'];

/** Where one is in the three steps of an analysis; `at` counts from 0. */
export const Steps = ({ at }: { at: number }) => (
    <ol className="steps no-print" aria-label="Steps">
        {names.map((name, i) => (
            <li key={name} aria-current={i === at ? 'step' : undefined} data-done={i < at}>
                <span className="dot" aria-hidden>{i < at ? '✓' : i + 1}</span>{name}
            </li>
        ))}
    </ol>
);
