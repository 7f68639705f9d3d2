import type { TableColumn, TableData } from '@aic/charts';
import { metricName, t } from '@aic/text';
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
        column(t('word.group'), 'text'), column(t('word.people'), 'count'), column(t('word.selected'), 'count'),
        ...(['tp', 'fp', 'tn', 'fn'] as const).map((count) => column(t(`numbers.${count}`), 'count')),
        ...rates.flatMap((rate) => [column(metricName(rate), 'percent'), column(t('numbers.nameFrom', { name: metricName(rate) }), 'percent'), column(t('numbers.nameTo', { name: metricName(rate) }), 'percent')]),
        column(t('numbers.brier')), column(t('numbers.calibrationError')), column(t('numbers.auc')), column(t('numbers.expectedRate'), 'percent'),
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
        column(t('word.group'), 'text'),
        ...contrasts.flatMap((name) => [column(metricName(name)), column(t('numbers.nameFrom', { name: metricName(name) })), column(t('numbers.nameTo', { name: metricName(name) }))]),
        column(t('numbers.cohensH')), column(t('numbers.detectable')), column(t('numbers.z')), column(t('numbers.pZ'), 'p'), column(t('numbers.pZHolm'), 'p'), column(t('numbers.pFisher'), 'p'), column(t('numbers.pFisherHolm'), 'p'),
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
        column(t('numbers.higher'), 'text'), column(t('numbers.lower'), 'text'), column(t('numbers.difference')), column(t('word.ratio')), column(t('numbers.z')), column(t('numbers.p'), 'p'), column(t('numbers.pHolm'), 'p'), column(t('numbers.cohensH')),
    ],
    rows: (attribute.pairs ?? []).map((p) => [p.first, p.second, p.difference, p.ratio, p.statistic, p.p_value, p.p_value_holm, p.cohens_h]),
});

export const testsTable = (attribute: FullAttribute): TableData => {
    const row = (name: string, key: string, statistic = 'statistic') => [
        name, numberAt(attribute.tests, key, statistic), numberAt(attribute.tests, key, 'dof'), numberAt(attribute.tests, key, 'p_value'),
    ];
    return {
        columns: [column(t('numbers.test'), 'text'), column(t('numbers.statistic')), column(t('numbers.freedom'), 'count'), column(t('numbers.p'), 'p')],
        rows: [
            row(t('numbers.chiSquare'), 'chi_square'), row(t('numbers.gTest'), 'g_test'), row(t('numbers.fisher'), 'fisher', 'odds_ratio'),
            row(t('numbers.zOfPair'), 'two_proportion_z'), [metricName('cramers_v'), numberAt(attribute.tests, 'cramers_v'), null, null],
            [t('numbers.detectablePower'), numberAt(attribute.tests, 'detectable_gap'), null, null],
        ],
    };
};

export const violationsTable = (attribute: FullAttribute): TableData => ({
    columns: [column(t('numbers.likelierFor'), 'text'), column(t('numbers.thanFor'), 'text'), column(t('numbers.outcome'), 'text'), column(t('numbers.timesAsLikely'))],
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
    return { columns: [column(t('numbers.figure'), 'text'), column(t('word.value'))], rows };
};

/** Weights by which a training set would treat groups and outcomes as independent. */
export const weightsTable = (attribute: FullAttribute): TableData => ({
    columns: [column(t('word.group'), 'text'), column(t('word.truth'), 'text'), column(t('numbers.weight'))],
    rows: Object.entries(attribute.reweighing_weights ?? {}).map(([key, weight]) => {
        const at = key.lastIndexOf('|');
        return [key.slice(0, at), key.slice(at + 1) === '1' ? t('word.favorable') : t('word.unfavorable'), weight];
    }),
});
