export { SelectionChart } from './SelectionChart';
export { RateHeatMap } from './RateHeatMap';
export { CalibrationChart } from './CalibrationChart';
export { MetricIntervals } from './MetricIntervals';
export { selectionSentence } from './sentences';
