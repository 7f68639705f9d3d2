/** Work that runs in the background. Spread into en.ts. */
export const tasks = {
    tasks: {
        nav: 'Tasks', title: 'Tasks', lead: 'Work that runs in the background: explanations, trainings, large analyses. Leave any page; it goes on.',
        emptyTitle: 'Nothing has run yet', empty: 'Explanations, trainings and large analyses appear here while they run and for a day after.',
        noneTitle: 'No task fits these filters', none: 'Take a filter away to see more.',
        what: 'What', statusName: 'Status', asked: 'Asked for', took: 'Took', compute: 'Computing time', memory: 'Memory', carbon: 'Carbon', openResult: 'Open result', open: 'Open', explainFirst: 'Explain a model',
        kind: { EXPLAIN: 'Explanation', TRAIN: 'Training', READ_MODEL: 'Reading a model file', ANALYZE_DATASET: 'Analysis of a data set', COUNTERFACTUAL: 'What would change the decision' },
        status: { PENDING: 'Waiting', RUNNING: 'Running', SUCCEEDED: 'Done', FAILED: 'Failed', CANCELLED: 'Cancelled' },
        seconds: '{{seconds}} s', milliseconds: '{{ms}} ms', megabytes: '{{mb}} MB', milligrams: '{{mg}} mg CO₂e',
        left: 'about {{time}} left', leftSoon: 'a few seconds left', secondsLong_one: '{{count, number}} second', secondsLong_other: '{{count, number}} seconds', minutesLong_one: '{{count, number}} minute',
        minutesLong_other: '{{count, number}} minutes', waiting: 'Waiting for a free worker', working: 'Working', progressOf: 'Progress: {{what}}', leave: 'You may leave this page; the work goes on, and its address shows the result.',
        cancel: 'Cancel', cancelOf: 'Cancel: {{what}}', cancelledTitle: 'Cancelled', cancelled: 'This was cancelled before it was done. Nothing of it is kept.', failedTitle: 'This could not be done', again: 'Start again', attempts: 'Begun {{count, number}} times: the process that did it ended.',
        goneTitle: 'This result is no longer kept', gone: 'Results stay for a day. Start again to get it anew.',
        running_one: '{{count, number}} task running', running_other: '{{count, number}} tasks running', ended: '{{what}}: {{status}}',
    },
} as const;
