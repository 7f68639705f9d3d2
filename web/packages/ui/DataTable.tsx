import { flexRender, getCoreRowModel, useReactTable, type ColumnDef } from '@tanstack/react-table';
import type { KeyboardEvent } from 'react';

export type Column<T> = ColumnDef<T> & { meta?: { number?: boolean; wideOnly?: boolean } };

interface Props<T> {
    rows: T[];
    columns: Column<T>[];
    label: string;
    open?: (row: T) => void;
}

const classOf = (meta: { number?: boolean; wideOnly?: boolean } | undefined) =>
    [meta?.number ? 'number' : '', meta?.wideOnly ? 'wide-only' : ''].join(' ').trim() || undefined;

/** The column's name, where it is plain text: on a narrow screen each row is a card that names its values. */
const nameOf = (header: unknown) => (typeof header === 'string' ? header : undefined);

export const DataTable = <T,>({ rows, columns, label, open }: Props<T>) => {
    const table = useReactTable({ data: rows, columns, getCoreRowModel: getCoreRowModel() });
    const onKey = (event: KeyboardEvent, row: T) => {
        if (event.key === 'Enter') open?.(row);
    };
    return (
        <div className="table-wide" tabIndex={0} role="region" aria-label={label}>
            <table className="data cards" role="table">
                <thead role="rowgroup">
                    {table.getHeaderGroups().map((group) => (
                        <tr key={group.id} role="row">
                            {group.headers.map((head) => (
                                <th key={head.id} scope="col" role="columnheader" className={classOf(head.column.columnDef.meta)}>
                                    {flexRender(head.column.columnDef.header, head.getContext())}
                                </th>
                            ))}
                        </tr>
                    ))}
                </thead>
                <tbody role="rowgroup">
                    {table.getRowModel().rows.map((row) => (
                        <tr key={row.id} role="row" data-link={Boolean(open)} tabIndex={open ? 0 : undefined}
                            onClick={() => open?.(row.original)} onKeyDown={(event) => onKey(event, row.original)}>
                            {row.getVisibleCells().map((cell) => (
                                <td key={cell.id} role="cell" data-label={nameOf(cell.column.columnDef.header)}
                                    className={classOf(cell.column.columnDef.meta)}>
                                    {flexRender(cell.column.columnDef.cell, cell.getContext())}
                                </td>
                            ))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
};
