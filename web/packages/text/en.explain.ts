/** Explaining what a model says of people. Spread into en.ts. */
export const explain = {
    explain: {
        nav: 'Explain', title: 'Explain a model', lead: 'Why does it say what it says of somebody? Choose a model, drop rows, and read it in words and pictures.',
        mayNot: 'You may read explanations, not ask for new ones', mayNotText: 'Running analyses needs a permission that your role does not have. Ask an administrator of your organization; explanations that colleagues share open for you.',
        step1: '1. The model', step2: '2. The rows', step3: '3. How', model: 'Model', modelHelp: 'Of which a file is registered here.', modelPick: 'Choose a model', modelNone: 'No model is registered yet.', modelFirst: 'Register one, or train one here: it takes a minute.',
        drop: 'Drop a CSV file with the rows to explain', help: 'A header line and one row for each person, with the columns that the model looks at. Other columns do no harm.', limits: 'At most 10 MB, 10,000 rows and 500 columns. Rows are forgotten with the result, after a day.',
        larger: 'Explain a part of them here, or all on the command line: aic explain.', needs: 'This model looks at {{count, number}} columns: {{names}}', andMore: 'and {{count, number}} more', rows: '{{name}}: {{rows}} rows', anotherFile: 'Another file',
        missingTitle_one: '{{count, number}} column that the model needs is not in this file', missingTitle_other: '{{count, number}} columns that the model needs are not in this file', missingHelp: 'Choose which of the file\'s columns is meant, or drop another file.',
        missing: '{{name}}', missingNearest: 'Probably {{nearest}}', missingChoose: 'Choose a column', useNearest: 'Use all that are likely', allThere: 'All {{count, number}} columns that the model needs are there.', unnamed: 'The model file does not name its columns: the first {{count, number}} of the file are taken, in their order.',
        tooFewColumns: 'The model needs {{needs, number}} columns; this file has {{has, number}}.', notNumbers: '{{names}}: words where the model takes numbers. The model was trained on numbers; encode the words in the same way.',
        run: 'Explain', runRows_one: 'Explain {{count, number}} row', runRows_other: 'Explain {{count, number}} rows', sampledRows: 'This method asks the model very often: at most {{most, number}} rows at once. The first {{most, number}} are explained.', more: 'Other ways', moreHelp: 'for experts, and for comparison',
        interactions: 'Which features work together, as well', interactionsHelp: 'Takes longer; at most {{most, number}} rows.', background: 'Compared with', backgroundOwn: 'these rows themselves', backgroundFile: 'Rows of another file', backgroundHelp: 'A starting point is needed: what the model says when it knows nothing of a person. It is the average over these rows.',
        backgroundDrop: 'Drop rows to compare with', noBackground: 'The starting point is what the model saw in training; nothing else is needed.',
        method: {
            auto: 'Exact, in the model\'s own units', 'tree-path': 'Tree SHAP, path dependent', 'tree-interventional': 'Exact, as probabilities', linear: 'Linear, exact', kernel: 'Kernel SHAP', permutation: 'Permutations', lime: 'LIME: a simple model around each row',
        },
        methodHelp: {
            auto: 'What trees and weights say exactly, before it becomes a probability. Needs no rows to compare with.', 'tree-path': 'Compared with what the trees saw in training, in the model\'s own units.', 'tree-interventional': 'Compared with the average over your rows. The easiest to read.',
            linear: 'Weights times values, in the model\'s own units.', kernel: 'For any model: asks it about thousands of mixtures and says how sure the answer is.', permutation: 'For any model: reveals the features one by one in random order.', lime: 'Fits a straight line to the model near each row, and says how well that fits.',
        },
        recent: 'Latest explanations', recentNone: 'None yet. The first one appears here, and stays for a day.', open: 'Open',
    },
    explanation: {
        title: 'Explanation', running: 'Explaining', lead_one: '{{count, number}} row · {{method}}', lead_other: '{{count, number}} rows · {{method}}', of: 'of {{model}}', again: 'Explain more', share: 'Copy the address', shared: 'Address copied', download: 'Save', json: 'Everything (JSON)', csv: 'Contributions (CSV)',
        tab: { global: 'All rows', person: 'One person', dependence: 'One feature', data: 'Data' }, output: 'Outcome', unit: { margin: 'In the model\'s own units (log-odds for yes or no): above 0 speaks for the outcome.', probability: 'In probabilities; points are percentage points.' },
        exact: 'Exact: contributions add up to each prediction to within {{error}}.', sampled: 'Estimated by sampling (seed {{seed}}): contributions add up to each prediction; see the standard errors.', local: 'A simple model around each row: it does not add up to the prediction.', surrogate: 'No model was given: a model learned from these rows is explained, not the one that decided. It agrees with the data in {{fidelity}}.',
        notes: 'Good to know', guarded: 'Protected groups weigh {{share}} of all that moves predictions.', person: 'Person', personHelp: 'Row of the file', previous: 'Previous', next: 'Next', rowOf: 'Row {{row, number}}: {{prediction}}', jump: 'Look for', highest: 'the highest prediction', lowest: 'the lowest prediction',
        oddest: 'the one that differs most from the rest', picture: 'Picture', waterfall: 'Steps', force: 'Forces', reasons: 'In plain words', reasonsNone: 'Nothing stands out.', reasonRaised: '{{what}} speaks for it.', reasonLowered: '{{what}} speaks against it.', feature: 'Feature', color: 'Color by', colorNone: 'nothing', colorBest: '{{name}} (works together with it the most)',
        data: 'Rows and contributions', dataHelp: 'Each row with its own values and, below them, what each moves.', value: 'Own value', moves: 'Moves by', prediction: 'Prediction', row: 'Row', shownRows: 'The first {{shown, number}} of {{all, number}} rows; the download has all.', unreadable: 'This result cannot be read: {{reason}}',
        notExplained: 'it does not have the parts that an explanation has', effects: 'What if everybody had the same value?', effectsHelp: 'The model is asked about every row with the value changed. It takes a few seconds.', effectsRun: 'Find out', attach: 'Attach to a decision', attachTitle: 'Attach row {{row, number}} to a decision',
        attachHelp: 'What is attached last is what the affected person is shown. It goes on the ledger.', decision: 'Decision', decisionHelp: 'Its identifier in the platform.', attachIt: 'Attach', keep: 'Keep for good', kept: 'Kept, on the ledger', keepHelp: 'Results are forgotten after a day; what is kept stays.', noOwn: 'The rows\' own values are not part of this result.',
    },
    counterfactual: {
        title: 'What would have to be otherwise?', lead: 'Rows as near to this one as possible for which the model decides otherwise.', run: 'Look for them', count: 'How many', limits: 'What may change', feature: 'Column', own: 'Now', may: 'May change', least: 'From', most: 'To',
        ways: { free: 'freely', fixed: 'not at all', up: 'only up', down: 'only down' }, guarded: 'Protected columns stay as they are, unless you say otherwise.', again: 'Look again', none: 'Every column is fixed. Let at least one change.',
        reversed: '{{name}}: the lower end is above the upper end.',
    },
} as const;
