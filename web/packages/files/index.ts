/* Files that people drop: read in the browser, looked at before they are sent. */
export { CsvDrop, readCsv, type Source } from './CsvDrop';
export { FileDrop } from './FileDrop';
export { kindOf, PreviewTable } from './PreviewTable';
export { type Cell, type ColumnSeen, columnNamed, MOST_VALUES, type Preview, readColumns, readPreview } from './preview';
export { limits, whyNot, whyTooManyBytes } from './fit';
export { examplesQuery, exampleText } from './examples';
export { missingColumns, type MissingColumn, nearest } from './nearest';
