/** What each metric means, for hovers: definition, formula, what is good. */
export interface Metric {
    name: string;
    definition: string;
    formula: string;
    good: string;
}

export const metrics: Record<string, Metric> = {
    disparate_impact: {
        name: 'Disparate impact', definition: 'Selection rate of a group over that of the reference group; the lowest.',
        formula: 's(group) / s(reference)', good: 'At least 0.80 (four-fifths rule)',
    },
    demographic_parity_ratio: {
        name: 'Impact ratio (four-fifths rule)', definition: 'Lowest selection rate of a group over the highest.',
        formula: 'min s / max s', good: 'At least 0.80',
    },
    demographic_parity_difference: {
        name: 'Demographic parity difference', definition: 'Highest selection rate of a group minus the lowest.',
        formula: 'max s − min s', good: 'At most 0.05',
    },
    statistical_parity_difference: {
        name: 'Statistical parity difference', definition: 'Selection rate of a group minus that of the reference group; the farthest from zero.',
        formula: 's(group) − s(reference)', good: 'Between −0.05 and 0.05',
    },
    equalized_odds_difference: {
        name: 'Equalized odds difference', definition: 'The larger of the ranges of true and false positive rates.',
        formula: 'max(range TPR, range FPR)', good: 'At most 0.10',
    },
    equalized_odds_ratio: {
        name: 'Equalized odds ratio', definition: 'The smaller of the ratios of lowest to highest true and false positive rate.',
        formula: 'min(min/max TPR, min/max FPR)', good: 'Near 1',
    },
    equal_opportunity_difference: {
        name: 'Equal opportunity difference', definition: 'Range of true positive rates: who truly deserved it and got it.',
        formula: 'max TPR − min TPR', good: 'At most 0.10',
    },
    false_positive_rate_difference: {
        name: 'False positive rate difference', definition: 'Range of false positive rates.', formula: 'max FPR − min FPR', good: 'At most 0.10',
    },
    average_odds_difference: {
        name: 'Average odds difference', definition: 'Mean of the differences of false and true positive rates from the reference group.',
        formula: '½[(FPR − FPR ref) + (TPR − TPR ref)]', good: 'Near 0',
    },
    predictive_parity_difference: {
        name: 'Predictive parity difference', definition: 'Precision of a group minus that of the reference group.',
        formula: 'PPV(group) − PPV(reference)', good: 'Near 0',
    },
    epsilon: {
        name: 'ε (differential fairness)', definition: 'How far apart the chances of either outcome are between any two groups, as a logarithm.',
        formula: 'max |ln P(o|g₁) − ln P(o|g₂)|', good: 'At most 0.223',
    },
    cramers_v: { name: "Cramér's V", definition: 'How strongly group and outcome go together.', formula: '√(χ² / (n·(min(r, c) − 1)))', good: 'Below 0.1' },
    theil_index: { name: 'Theil index', definition: 'Inequality of the benefit 1 + decision − truth over all people.', formula: 'mean (b/μ) ln(b/μ)', good: 'Near 0' },
    between_group_theil_index: {
        name: 'Theil index between groups', definition: 'The part of the inequality that lies between groups.', formula: 'Theil of the groups’ means', good: 'Below 0.05',
    },
    expected_calibration_error_difference: {
        name: 'Calibration gap', definition: 'Range of the groups’ expected calibration errors.', formula: 'max ECE − min ECE', good: 'At most 0.05',
    },
};

export const metricName = (key: string) => {
    const known = metrics[key]?.name;
    if (known) return known;
    const words = key.replaceAll('_', ' ');
    return words.charAt(0).toUpperCase() + words.slice(1);
};
