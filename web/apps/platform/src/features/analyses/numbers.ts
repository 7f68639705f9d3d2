import type { TableColumn, TableData } from '@aic/charts';
import { metricName } from '@aic/text';
import { type FullAttribute, isRecord, type Num } from './report';

const column = (head: string, as: TableColumn['as'] = 'number'): TableColumn => ({ head, as });

/** A number somewhere in unchecked JSON. */
export const numberAt = (value: unknown, ...path: (string | number)[]): Num => {
    let at: unknown = value;
    for (const key of path) {
        if (Array.isArray(at) && typeof key === 'number') at = at[key];
        else if (isRecord(at)) at = at[key];
        else return null;
    }
    return typeof at === 'number' ? at : null;
};

const rates = [
    'selection_rate', 'base_rate', 'true_positive_rate', 'false_positive_rate', 'true_negative_rate', 'false_negative_rate', 'precision',
    'false_discovery_rate', 'accuracy', 'error_rate',
];

/** Every count and rate of every group, each rate with its Wilson interval. */
export const groupsTable = (attribute: FullAttribute): TableData => ({
    columns: [
        column('Group', 'text'), column('People', 'count'), column('Selected', 'count'),
        ...['TP', 'FP', 'TN', 'FN'].map((head) => column(head, 'count')),
        ...rates.flatMap((rate) => [column(metricName(rate), 'percent'), column(`${metricName(rate)}, from`, 'percent'), column(`${metricName(rate)}, to`, 'percent')]),
        column('Brier score'), column('Calibration error'), column('AUC'), column('Expected selection rate', 'percent'),
    ],
    rows: Object.entries(attribute.groups).map(([name, group]) => [
        name, group.count, group.selected, group.tp, group.fp, group.tn, group.fn,
        ...rates.flatMap((rate) => [numberAt(group, rate), numberAt(group, 'ci', rate, 0), numberAt(group, 'ci', rate, 1)]),
        group.brier, group.expected_calibration_error, numberAt(group, 'calibration', 'auc'), numberAt(group, 'expected_selection_rate'),
    ]),
});

const contrasts = [
    'disparate_impact', 'statistical_parity_difference', 'equal_opportunity_difference', 'average_odds_difference', 'average_abs_odds_difference',
    'predictive_parity_difference', 'error_rate_difference', 'false_discovery_rate_difference', 'risk_ratio', 'odds_ratio',
];

/** Each group against the reference group: AIF360's figures, their intervals, and the tests. */
export const againstTable = (attribute: FullAttribute): TableData => ({
    columns: [
        column('Group', 'text'),
        ...contrasts.flatMap((name) => [column(metricName(name)), column(`${metricName(name)}, from`), column(`${metricName(name)}, to`)]),
        column("Cohen's h"), column('Smallest gap these counts can show'), column('z'), column('p (z)', 'p'), column('p (z, Holm)', 'p'), column('p (Fisher)', 'p'), column('p (Fisher, Holm)', 'p'),
    ],
    rows: Object.entries(attribute.against_reference ?? {}).map(([name, values]) => [
        name,
        ...contrasts.flatMap((contrast) => [numberAt(values, contrast), numberAt(values, 'ci', contrast, 0), numberAt(values, 'ci', contrast, 1)]),
        numberAt(values, 'cohens_h'), numberAt(values, 'detectable_gap'), numberAt(values, 'two_proportion_z', 'statistic'), numberAt(values, 'two_proportion_z', 'p_value'),
        numberAt(values, 'two_proportion_z', 'p_value_holm'), numberAt(values, 'fisher_exact', 'p_value'), numberAt(values, 'fisher_exact', 'p_value_holm'),
    ]),
});

export const pairsTable = (attribute: FullAttribute): TableData => ({
    columns: [
        column('Higher', 'text'), column('Lower', 'text'), column('Difference'), column('Ratio'), column('z'), column('p', 'p'), column('p (Holm)', 'p'), column("Cohen's h"),
    ],
    rows: (attribute.pairs ?? []).map((p) => [p.first, p.second, p.difference, p.ratio, p.statistic, p.p_value, p.p_value_holm, p.cohens_h]),
});

export const testsTable = (attribute: FullAttribute): TableData => {
    const row = (name: string, key: string, statistic = 'statistic') => [
        name, numberAt(attribute.tests, key, statistic), numberAt(attribute.tests, key, 'dof'), numberAt(attribute.tests, key, 'p_value'),
    ];
    return {
        columns: [column('Test of group and decision', 'text'), column('Statistic'), column('Degrees of freedom', 'count'), column('p', 'p')],
        rows: [
            row('χ² (Pearson, no correction)', 'chi_square'), row('G test', 'g_test'), row('Fisher exact (odds ratio)', 'fisher', 'odds_ratio'),
            row('z of the most different pair', 'two_proportion_z'), ["Cramér's V", numberAt(attribute.tests, 'cramers_v'), null, null],
            ['Smallest gap these counts can show (80 % power)', numberAt(attribute.tests, 'detectable_gap'), null, null],
        ],
    };
};

export const violationsTable = (attribute: FullAttribute): TableData => ({
    columns: [column('Likelier for', 'text'), column('than for', 'text'), column('Outcome', 'text'), column('Times as likely')],
    rows: (attribute.epsilon_fairness?.violations ?? []).map((v) => [v.first, v.second, v.outcome, v.ratio]),
});

/** Nested numbers as a list of name and value: "generalized entropy, 2". */
export const flatTable = (value: unknown): TableData => {
    const rows: [string, Num][] = [];
    const walk = (at: unknown, name: string) => {
        if (typeof at === 'number' || at === null) rows.push([name, at]);
        else if (Array.isArray(at)) at.forEach((item, i) => walk(item, `${name}, ${i + 1}`));
        else if (isRecord(at)) for (const [key, item] of Object.entries(at)) walk(item, name ? `${name}, ${key.replaceAll('_', ' ')}` : metricName(key));
    };
    if (isRecord(value)) walk(value, '');
    return { columns: [column('Figure', 'text'), column('Value')], rows };
};

/** Weights by which a training set would treat groups and outcomes as independent. */
export const weightsTable = (attribute: FullAttribute): TableData => ({
    columns: [column('Group', 'text'), column('Truth', 'text'), column('Weight')],
    rows: Object.entries(attribute.reweighing_weights ?? {}).map(([key, weight]) => {
        const at = key.lastIndexOf('|');
        return [key.slice(0, at), key.slice(at + 1) === '1' ? 'favorable' : 'unfavorable', weight];
    }),
});
