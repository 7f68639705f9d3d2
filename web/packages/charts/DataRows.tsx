import { cellText, type TableData } from './table';

/** The numbers of a chart, or any other table of numbers, scrolling sideways where the screen is narrow. */
export const DataRows = ({ table, label }: { table: TableData; label: string }) => (
    <div className="table-wide" tabIndex={0} role="region" aria-label={label}>
        <table className="data">
            <thead>
                <tr>{table.columns.map(({ head, as }) => <th key={head} scope="col" className={as === 'text' ? undefined : 'number'}>{head}</th>)}</tr>
            </thead>
            <tbody>
                {table.rows.map((row, i) => (
                    <tr key={i}>
                        {table.columns.map(({ head, as }, j) => <td key={head} className={as === 'text' ? undefined : 'number'}>{cellText(row[j], as)}</td>)}
                    </tr>
                ))}
            </tbody>
        </table>
    </div>
);
