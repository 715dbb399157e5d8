/** Meaning of a cell's content; renderers with colours map it to one. */
export type Tone = 'plain' | 'faint' | 'warning' | 'bad';

export interface Column {
  readonly title: string;
  /** Unit of all numbers of the column, shown under its title. */
  readonly unit?: string;
  readonly align: 'left' | 'right';
  /** The content may be cut to make the table fit. */
  readonly shrinks?: boolean;
  /** The content may be broken into several lines to make the table fit. */
  readonly wraps?: boolean;
  /** The column may be left out where the page is too narrow for all columns. */
  readonly optional?: boolean;
}

export interface Cell {
  readonly text: string;
  readonly tone: Tone;
}

/** One cell for each column. */
export type Row = readonly Cell[];

/** A table in no particular format, which every renderer can draw. Texts are as measured, not sanitized. */
export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly groups: readonly Group[];
  /** A short remark on all rows, for the end of the table. */
  readonly note?: string;
}

/** Rows that belong together, under a label of their own. */
export interface Group {
  /** Null where there is only one group. */
  readonly label: string | null;
  readonly rows: readonly Row[];
}

/** Returns a cell. */
export function cell(text: string, tone: Tone = 'plain'): Cell {
  return { text, tone };
}
