import type { MetricUnit } from '../../bench/model/metric.ts';

/**
 * Charts in no particular format. A chart is drawn as SVG or, when `interactive`, by the page's script; each has the
 * same data as a table. All values are in the base unit of their axis; null where there is none.
 */
export type Chart = LineChart | IntervalChart | MatrixChart;

interface ChartHead {
  /** Unique in its document: lower-case words joined by hyphens. */
  readonly id: string;
  readonly title: string;
  /**
   * What it shows and how to read it, in a sentence or two: also for those who cannot see it. Empty where an earlier
   * chart of the section has the same one.
   */
  readonly caption: string;
}

/** Units of axes: those of metrics, and a few that only charts have. */
export type ChartUnit = MetricUnit | 'seconds' | 'percentile' | 'ratio' | 'number';

export interface Axis {
  readonly name: string;
  readonly unit: ChartUnit;
  /**
   * `percentile`: values are percentiles p of 0 to 100, at log(1/(1 − p/100)), with ticks at 50, 90, 99, 99.9 and so on.
   * A linear axis of y begins at 0 unless `includesZero` is false.
   */
  readonly scale: 'linear' | 'log' | 'percentile';
  readonly includesZero?: boolean;
}

/** Curves or points over a quantity. */
export interface LineChart extends ChartHead {
  readonly kind: 'lines';
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly LineSeries[];
  readonly rules?: readonly Rule[];
  /** Whether to zoom and read values in a page: for many points. Others are still images. */
  readonly interactive: boolean;
}

export interface LineSeries {
  readonly name: string;
  /** The identity of its document that decides colour and marker; default: the name. */
  readonly identity?: string;
  /** `fit`: a curve that was computed, without markers. Default: `line`, with a marker at each point. */
  readonly style?: 'line' | 'points' | 'fit' | 'step';
  /** By ascending x. */
  readonly points: readonly LinePoint[];
}

export interface LinePoint {
  readonly x: number;
  readonly y: number | null;
  /** Ends of its interval: error bars at points, a band around curves of style `fit`. */
  readonly low?: number | null;
  readonly high?: number | null;
  /** Why it may be wrong; drawn hollow. */
  readonly doubt?: string;
}

/** A line across a chart: an objective, a knee, a margin. */
export interface Rule {
  readonly axis: 'x' | 'y';
  readonly at: number;
  readonly label: string;
  readonly tone: 'plain' | 'good' | 'bad';
}

/** A row for each item, with a value and its interval: leaderboards and forest plots. */
export interface IntervalChart extends ChartHead {
  readonly kind: 'intervals';
  readonly x: Axis;
  readonly rows: readonly IntervalRow[];
  readonly rules?: readonly Rule[];
}

export interface IntervalRow {
  readonly name: string;
  readonly identity?: string;
  /** Heading above this row and those after it that have the same. */
  readonly group?: string;
  readonly value: number | null;
  /** Null: unbounded, drawn as an arrow to the edge. Absent: no interval. */
  readonly low?: number | null;
  readonly high?: number | null;
  /** Single values that the interval sums up, such as rounds or sessions, in their order. */
  readonly samples?: readonly number[];
  /** What stands behind the row: a rank, a finding. */
  readonly note?: string;
  readonly tone?: 'plain' | 'good' | 'bad' | 'faint';
  readonly doubt?: string;
}

/** A table of relations between items, coloured by value. */
export interface MatrixChart extends ChartHead {
  readonly kind: 'matrix';
  readonly rowNames: readonly string[];
  readonly columnNames: readonly string[];
  /** Row by row; null for an empty cell. */
  readonly cells: readonly (readonly (MatrixCell | null)[])[];
}

export interface MatrixCell {
  readonly text: string;
  /** −1 to 1: decides the colour, 0 being neutral. */
  readonly value: number;
  readonly detail: string;
}
