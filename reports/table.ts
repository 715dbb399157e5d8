/** What a cell's content means for its reader; renderers that know colours choose one. */
export type Tone = 'plain' | 'faint' | 'warning' | 'bad';

export interface Column {
  readonly title: string;
  /** Unit of all numbers of the column, shown under its title. */
  readonly unit?: string;
  readonly align: 'left' | 'right';
  /** May its content be cut to make the table fit? */
  readonly shrinks?: boolean;
  /** May it be left out where the page is too narrow for all columns? */
  readonly optional?: boolean;
}

export interface Cell {
  readonly text: string;
  readonly tone: Tone;
}

/** One cell for each column. */
export type Row = readonly Cell[];

/** A table in no particular format: what every renderer draws. Texts are as they were measured, not made safe. */
export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly groups: readonly Group[];
}

/** Rows that belong together, set apart from others under a label of their own. */
export interface Group {
  /** Null where there is but one group. */
  readonly label: string | null;
  readonly rows: readonly Row[];
}

/** A cell. */
export function cell(text: string, tone: Tone = 'plain'): Cell {
  return { text, tone };
}
