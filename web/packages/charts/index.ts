/* The charts of a fairness report. Each brings its title, a sentence computed from its data, its table and downloads;
   ECharts itself is loaded when the first one is drawn. */
export { SelectionChart, selectionSvg } from './SelectionChart';
export { ErrorRatesChart } from './ErrorRatesChart';
export { RateHeatMap } from './RateHeatMap';
export { CalibrationChart } from './CalibrationChart';
export { VerdictChart } from './VerdictChart';
export { DataRows } from './DataRows';
export { cellText, tableCsv, type TableColumn, type TableData } from './table';
export type { Finding, JudgedAttribute } from './findings';
