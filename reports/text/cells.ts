import { formatNumber, NONE, type Unit } from './quantities.ts';
import { type Cell, type Column, cell } from './table.ts';

/** One column of a table of `Row`s: its head, and a function that returns its cell for each row. */
export interface Field<Row> {
  readonly column: Column;
  readonly cell: (row: Row) => Cell;
}

/** Returns a column of numbers. */
export function numberColumn(title: string, unit?: string): Column {
  return { title, align: 'right', ...(unit !== undefined && { unit }) };
}

/** Returns a number in its column's unit; a dash when there is none. */
export function numberCell(value: number | null | undefined, { factor }: Pick<Unit, 'factor'>, prefix = ''): Cell {
  if (value === null || value === undefined || Number.isNaN(value)) return cell(NONE, 'faint');
  return cell(`${prefix}${formatNumber(value / factor)}`);
}
