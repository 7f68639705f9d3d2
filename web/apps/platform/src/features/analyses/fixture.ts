import type { FullAttribute, FullReport } from './report';

/* A small report of invented data, in the shape of `aic analyze --json`, for the tests of this folder. */
const metrics = { disparate_impact: 0.5, demographic_parity_ratio: 0.5, statistical_parity_difference: -0.4, equalized_odds_difference: null };

export const attribute = (change: Partial<FullAttribute> = {}): FullAttribute => ({
    reference: 'm',
    groups: {
        f: { count: 100, selected: 40, selection_rate: 0.4, true_positive_rate: 0.5, false_positive_rate: null, small: false, missing: false, ci: { selection_rate: [0.31, 0.5] } },
        m: { count: 200, selected: 160, selection_rate: 0.8, true_positive_rate: 0.9, false_positive_rate: 0.2, small: false, missing: false, ci: { selection_rate: [0.74, 0.85] } },
        x: { count: 3, selected: 0, selection_rate: 0, small: true, missing: false, ci: { selection_rate: [0, 0.56] } },
    },
    metrics,
    metrics_ci: { disparate_impact: [0.4, 0.6] },
    tests: { chi_square: { statistic: 41.2, dof: 2, p_value: 1e-9 } },
    verdict: 'FAIL',
    reasons: [{ code: 'IMPACT_RATIO_FAILS', subject: 'sex', message: 'sex: f are decided favorably in 40.0 % of cases.' }],
    notes: [{ code: 'SMALL_GROUPS', subject: 'sex', message: 'sex: fewer than 30 rows: x (3).' }],
    worst_group: 'f',
    best_group: 'm',
    shortfall: 24,
    findings: [{ operation: 'disparate_impact', verdict: 'FAIL', measure: 'demographic_parity_ratio', value: 0.5, pass: 0.8, review: 0.7 }],
    pairs: [{ first: 'm', second: 'f', difference: 0.4, ratio: 0.5, statistic: 6.9, p_value: 1e-11, p_value_holm: 1e-11, cohens_h: 0.85 }],
    reweighing_weights: { 'f|1': 1.1, 'a|b|0': 0.9 },
    ...change,
});

export const report = (change: Partial<FullReport> = {}): FullReport => ({
    verdict: 'FAIL', rows: 303, dropped_rows: 0, favorable: '1', seed: 1, policy_version: '2026-1', engine_version: '0.1.0',
    attributes: { sex: attribute() }, reasons: [],
    notes: [{ code: 'NO_SCORE', message: 'No score was given: calibration is null.' }, { code: 'SMALL_GROUPS', message: 'sex: fewer than 30 rows: x (3).' }],
    gates: [], passed: true, ...change,
});
