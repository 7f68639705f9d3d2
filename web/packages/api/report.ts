/** The report of `aic analyze --json` and POST /analyze. Numbers the data cannot give are null, with a note. */
export type Verdict = 'PASS' | 'REVIEW' | 'FAIL' | 'INSUFFICIENT_DATA';
export type Num = number | null;
export type Interval = [Num, Num] | null;

export interface Remark {
    code: string;
    subject?: string;
    measure?: string | null;
    value?: Num;
    bound?: Num;
    message: string;
}

export interface Test {
    statistic?: Num;
    odds_ratio?: Num;
    dof?: Num;
    p_value: Num;
    p_value_holm?: Num;
}

export interface ReliabilityBin {
    low: number;
    high: number;
    count: number;
    mean_score: Num;
    mean_label: Num;
}

export interface Group {
    count: number;
    selected?: number;
    selection_rate: Num;
    base_rate?: Num;
    true_positive_rate?: Num;
    false_positive_rate?: Num;
    true_negative_rate?: Num;
    false_negative_rate?: Num;
    precision?: Num;
    accuracy?: Num;
    brier?: Num;
    expected_calibration_error?: Num;
    tp?: Num;
    fp?: Num;
    tn?: Num;
    fn?: Num;
    small?: boolean;
    missing?: boolean;
    eligible?: boolean;
    calibration?: { auc?: Num; reliability?: ReliabilityBin[] } | null;
    ci?: Record<string, Interval>;
}

export interface Attribute {
    reference: string | null;
    groups: Record<string, Group>;
    metrics: Record<string, Num>;
    ci?: Record<string, Interval>;
    metrics_ci?: Record<string, Interval>;
    tests: Record<string, Test | null>;
    verdict: Verdict;
    reasons: Remark[];
    notes?: Remark[];
    against_reference?: Record<string, Record<string, unknown>>;
    worst_group?: string | null;
    best_group?: string | null;
    shortfall?: Num;
}

export interface Report {
    headline?: string;
    verdict: Verdict;
    rows: number;
    dropped_rows: number;
    favorable: string;
    seed?: number;
    policy_version?: string;
    engine_version?: string;
    attributes: Record<string, Attribute>;
    intersectional?: (Attribute & { name?: string }) | null;
    reasons: Remark[];
    notes?: Remark[];
    warnings?: Remark[];
    gates: { expression: string; value: Num; passed: boolean }[];
    passed: boolean;
    analysis_id?: string;
    result_hash?: string;
    ledger_entry_id?: string;
}
