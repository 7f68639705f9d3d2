/* What each number of a fairness report means: a plain sentence, its formula, the value of equal treatment, the bound of
   the standard policy, and what it does not tell. s is a selection rate, g a group, b the benefit 1 + decision − truth. */
export const metric = {
    disparate_impact: {
        name: 'Disparate impact', definition: 'Selection rate of a group over that of the reference group; the lowest.',
        formula: 's(group) / s(reference)', ideal: '1', good: 'At least 0.80 (four-fifths rule)',
        limits: 'Harm done to the reference group itself, and whether anyone deserved the decision.',
    },
    demographic_parity_ratio: {
        name: 'Impact ratio (four-fifths rule)', definition: 'Lowest selection rate of a group over the highest.',
        formula: 'min s / max s', ideal: '1', good: 'At least 0.80', limits: 'Whether the difference could be chance, or has a lawful reason.',
    },
    demographic_parity_difference: {
        name: 'Demographic parity difference', definition: 'Highest selection rate of a group minus the lowest.',
        formula: 'max s − min s', ideal: '0', good: 'At most 0.05', limits: 'How large the gap is next to rates that are small themselves; see the ratio.',
    },
    statistical_parity_difference: {
        name: 'Statistical parity difference', definition: 'Selection rate of a group minus that of the reference group; the farthest from zero.',
        formula: 's(group) − s(reference)', ideal: '0', good: 'Between −0.05 and 0.05', limits: 'Differences between two groups of which neither is the reference.',
    },
    equalized_odds_difference: {
        name: 'Equalized odds difference', definition: 'The larger of the ranges of true and false positive rates.',
        formula: 'max(range TPR, range FPR)', ideal: '0', good: 'At most 0.10', limits: 'Whether the recorded truth is itself biased.',
    },
    equalized_odds_ratio: {
        name: 'Equalized odds ratio', definition: 'The smaller of the ratios of lowest to highest true and false positive rate.',
        formula: 'min(min/max TPR, min/max FPR)', ideal: '1', good: 'Near 1', limits: 'Which of the two rates it comes from; a false positive rate near 0 alone can make it small.',
    },
    equal_opportunity_difference: {
        name: 'Equal opportunity difference', definition: 'Range of true positive rates: who truly deserved it and got it.',
        formula: 'max TPR − min TPR', ideal: '0', good: 'At most 0.10', limits: 'Who got it without deserving it.',
    },
    false_positive_rate_difference: {
        name: 'False positive rate difference', definition: 'Range of false positive rates.', formula: 'max FPR − min FPR', ideal: '0', good: 'At most 0.10',
        limits: 'Who deserved it and was denied.',
    },
    average_odds_difference: {
        name: 'Average odds difference', definition: 'Mean of the differences of false and true positive rates from the reference group.',
        formula: '½[(FPR − FPR ref) + (TPR − TPR ref)]', ideal: '0', good: 'Near 0', limits: 'Differences that cancel out: one rate higher, the other lower.',
    },
    predictive_parity_difference: {
        name: 'Predictive parity difference', definition: 'Precision of a group minus that of the reference group.',
        formula: 'PPV(group) − PPV(reference)', ideal: '0', good: 'Near 0', limits: 'Anything about the people who were decided against.',
    },
    epsilon: {
        name: 'ε (differential fairness)', definition: 'How far apart the chances of either outcome are between any two groups, as a logarithm.',
        formula: 'max |ln P(o|g₁) − ln P(o|g₂)|', ideal: '0', good: 'At most 0.223', limits: 'Which outcome and which groups it comes from; the pairs below do.',
    },
    cramers_v: {
        name: "Cramér's V", definition: 'How strongly group and outcome go together.', formula: '√(χ² / (n·(min(r, c) − 1)))', ideal: '0', good: 'Below 0.1',
        limits: 'Which group is worse off.',
    },
    theil_index: {
        name: 'Theil index', definition: 'Inequality of the benefit 1 + decision − truth over all people.', formula: 'mean (b/μ) ln(b/μ)', ideal: '0', good: 'Near 0',
        limits: 'Whether groups differ: it counts every error, whoever suffers it.',
    },
    between_group_theil_index: {
        name: 'Theil index between groups', definition: 'The part of the inequality that lies between groups.', formula: 'Theil of the groups’ means', ideal: '0',
        good: 'Below 0.05', limits: 'Inequality among the people of one group.',
    },
    expected_calibration_error_difference: {
        name: 'Calibration gap', definition: 'Range of the groups’ expected calibration errors.', formula: 'max ECE − min ECE', ideal: '0', good: 'At most 0.05',
        limits: 'Which way a score is off; two groups that are wrong in opposite ways can have no gap.',
    },
    average_abs_odds_difference: {
        name: 'Average absolute odds difference', definition: 'Mean of the sizes of the differences of false and true positive rates from the reference group; the largest.',
        formula: '½(|FPR − FPR ref| + |TPR − TPR ref|)', ideal: '0', good: 'Near 0; no bound in the policy', limits: 'Which group is better off: it has no sign.',
    },
    error_rate_difference: {
        name: 'Error rate difference', definition: 'Share of wrong decisions in a group minus that of the reference group; the farthest from zero.',
        formula: 'error(group) − error(reference)', ideal: '0', good: 'Near 0; no bound in the policy', limits: 'Whether the errors help or harm the people.',
    },
    false_discovery_rate_difference: {
        name: 'False discovery rate difference', definition: 'Share of the favorable decisions that were wrong, in a group minus that of the reference group; the farthest from zero.',
        formula: 'FP/(FP + TP) in the group − in the reference', ideal: '0', good: 'Near 0; no bound in the policy', limits: 'Anything about the people who were decided against.',
    },
    epsilon_smoothed: {
        name: 'ε with smoothing', definition: 'ε as it is judged: each count is raised by one, so that a few people cannot make it endless.',
        formula: 'P = (k + 1) / (n + 2)', ideal: '0', good: 'At most 0.223', limits: 'The gap exactly as it is in the data; ε without smoothing does.',
    },
    epsilon_unsmoothed: {
        name: 'ε without smoothing', definition: 'The same as ε, from the counts as they are; empty when an outcome never occurs in a group.',
        formula: 'max |ln(k₁/n₁) − ln(k₂/n₂)|', ideal: '0', good: 'Judged by ε: at most 0.223', limits: 'Anything certain with few people: one more or less can change it much.',
    },
    bias_amplification: {
        name: 'Bias amplification', definition: 'How much farther apart the groups are in the decisions than in the truth.',
        formula: 'ε(decision) − ε(truth)', ideal: '0 or below', good: 'At most 0; no bound in the policy', limits: 'Whether the truth it starts from was fair.',
    },
    generalized_entropy_index: {
        name: 'Generalized entropy index', definition: 'Inequality of the benefit over all people, with more weight on those who have much.',
        formula: '1/(2n) Σ[(b/μ)² − 1]', ideal: '0', good: 'Near 0; no bound in the policy', limits: 'Whether groups differ: it counts every error, whoever suffers it.',
    },
    between_group_generalized_entropy_index: {
        name: 'Generalized entropy between groups', definition: 'The part of the generalized entropy index that lies between groups.',
        formula: 'the index of the groups’ means', ideal: '0', good: 'Near 0; no bound in the policy', limits: 'Inequality among the people of one group.',
    },
    atkinson_index: {
        name: 'Atkinson index', definition: 'The share of all benefit that could be given up if the rest were spread evenly, and nobody be worse off for it.',
        formula: '1 − (mean √b)² / μ', ideal: '0', good: 'Near 0; no bound in the policy', limits: 'Whether groups differ: it counts every error, whoever suffers it.',
    },
    between_group_atkinson_index: {
        name: 'Atkinson index between groups', definition: 'The Atkinson index when everyone has the mean benefit of their group.',
        formula: '1 − (mean √μ(g))² / μ', ideal: '0', good: 'Below 0.1', limits: 'Inequality among the people of one group.',
    },
    gini_index: {
        name: 'Gini index', definition: 'Mean difference of the benefit between any two people, over twice the mean.', formula: 'mean |bᵢ − bⱼ| / 2μ', ideal: '0',
        good: 'Near 0; no bound in the policy', limits: 'Where the inequality lies, and whether groups differ.',
    },
    coefficient_of_variation: {
        name: 'Coefficient of variation', definition: 'How widely the benefit is spread, next to its mean.', formula: 'standard deviation of b / μ', ideal: '0',
        good: 'Near 0; no bound in the policy', limits: 'Who gains and who loses by the spread.',
    },
    selection_rate: {
        name: 'Selection rate', definition: 'Share of the group that was decided favorably.', formula: '(TP + FP) / n', ideal: 'The same in every group',
        good: 'Judged by the impact ratio', limits: 'Who of them deserved it.',
    },
    base_rate: {
        name: 'Base rate', definition: 'Share of the group for whom the favorable outcome was true.', formula: '(TP + FN) / n', ideal: 'None: it describes the data',
        good: 'Not judged', limits: 'Why groups differ, or whether the truth was measured alike.',
    },
    true_positive_rate: {
        name: 'True positive rate', definition: 'Of those who truly deserved it, the share decided favorably.', formula: 'TP / (TP + FN)', ideal: '1, in every group',
        good: 'Judged by equalized odds', limits: 'Who got it without deserving it.',
    },
    false_positive_rate: {
        name: 'False positive rate', definition: 'Of those who did not deserve it, the share decided favorably all the same.', formula: 'FP / (FP + TN)', ideal: '0, in every group',
        good: 'Judged by equalized odds', limits: 'Who deserved it and was denied.',
    },
    true_negative_rate: {
        name: 'True negative rate', definition: 'Of those who did not deserve it, the share decided against.', formula: 'TN / (FP + TN)', ideal: '1, in every group',
        good: 'Judged by equalized odds', limits: 'Who deserved it and was denied.',
    },
    false_negative_rate: {
        name: 'False negative rate', definition: 'Of those who truly deserved it, the share that was denied.', formula: 'FN / (TP + FN)', ideal: '0, in every group',
        good: 'Judged by equalized odds', limits: 'Who got it without deserving it.',
    },
    precision: {
        name: 'Precision', definition: 'Of the favorable decisions, the share that was right.', formula: 'TP / (TP + FP)', ideal: '1, in every group', good: 'Not judged',
        limits: 'Anything about the people who were decided against.',
    },
    false_discovery_rate: {
        name: 'False discovery rate', definition: 'Of the favorable decisions, the share that was wrong.', formula: 'FP / (TP + FP)', ideal: '0, in every group',
        good: 'Not judged', limits: 'Anything about the people who were decided against.',
    },
    accuracy: {
        name: 'Accuracy', definition: 'Share of the decisions that were right.', formula: '(TP + TN) / n', ideal: '1, in every group', good: 'Not judged',
        limits: 'Whether the errors help or harm the people.',
    },
    error_rate: {
        name: 'Error rate', definition: 'Share of the decisions that were wrong.', formula: '(FP + FN) / n', ideal: '0, in every group', good: 'Not judged',
        limits: 'Whether the errors help or harm the people.',
    },
    brier: {
        name: 'Brier score', definition: 'Mean squared distance between the score and what came true.', formula: 'mean (score − truth)²', ideal: '0, in every group', good: 'Not judged',
        limits: 'Whether the score is off or only unsure.',
    },
    expected_calibration_error: {
        name: 'Calibration error', definition: 'How far the score is from the share that came true, on average over ten bands of the score.', formula: 'Σ n(band)/n · |mean truth − mean score|',
        ideal: '0, in every group', good: 'Judged by the calibration gap', limits: 'Which way the score is off.',
    },
    cohens_h: {
        name: "Cohen's h", definition: 'Size of the difference of two selection rates on a scale where equal steps are equally hard to see by chance.', formula: '2 asin √s₁ − 2 asin √s₂', ideal: '0',
        good: 'Below 0.2 is called small', limits: 'Whether the difference could be chance.',
    },
    detectable_gap: {
        name: 'Smallest gap these counts can show', definition: 'The smallest difference of selection rates that would be found four times in five with so many people.',
        formula: 'from the z test at 80 % power', ideal: 'As small as can be', good: 'Smaller than the gap that matters', limits: 'Whether there is a gap.',
    },
    risk_ratio: {
        name: 'Risk ratio', definition: 'Chance of a favorable decision in a group over that in the reference group.', formula: 's(group) / s(reference)', ideal: '1',
        good: 'Its interval holds 1', limits: 'How many people are affected.',
    },
    odds_ratio: {
        name: 'Odds ratio', definition: 'Odds of a favorable decision in a group over those in the reference group.', formula: 's/(1 − s) over the same in the reference', ideal: '1',
        good: 'Its interval holds 1', limits: 'How much likelier the decision is: where it is common, odds exaggerate.',
    },
} as const;
