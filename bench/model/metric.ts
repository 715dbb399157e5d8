import type { Trial } from './trial.ts';

/** Units of metrics in results. A unit decides how a bound is parsed and how reports format a value. */
export const metricUnits = ['micros', 'count', 'share', 'bytes', 'perSecond', 'bytesPerSecond'] as const;
export type MetricUnit = (typeof metricUnits)[number];

/** A precondition for measuring a metric. threshold-faults.ts reports what to do where it does not hold. */
export type Need =
  /** Requests that are counted one by one; a one-way stream has none. */
  | 'requests'
  | 'responses'
  /** Responses that may take as long as the bound allows. */
  | 'patience'
  | 'service stamps'
  | 'lag stamps'
  | 'arrivals'
  | 'connects'
  | 'handshakes'
  | 'datagrams'
  | 'replies to datagrams'
  | 'deliveries'
  | 'processes'
  | 'idle connections';

/** Why a measured value may differ from the true one, so that no bound may be judged by it. */
export type Hidden = 'by drops' | 'by unknown losses' | 'without traffic' | 'opening given up';

/** Whether a table has a column for a metric: always, or only on a page that is wide enough. */
export type ColumnUse = 'kept' | 'optional';

/**
 * A metric of a trial, described once for everything that uses it: thresholds, medians over rounds, tables, two runs
 * side by side, and the page of docs about metrics.
 */
export interface Metric {
  /** Title of its column. */
  readonly title: string;
  /** Definition, for docs. */
  readonly summary: string;
  readonly unit: MetricUnit;
  /** Divisor of the value. The unit of its column is then fixed. */
  readonly per?: 'request' | 'connection' | 'gigabyte';
  /** Whether a higher or a lower value is worse; null: neither. */
  readonly worse: 'more' | 'less' | null;
  /** Reads its value; null or undefined when it was not measured. */
  readonly read: (trial: Trial) => number | null | undefined;
  /** Returns why the true value of a trial is unknown; undefined when the value may be judged. */
  readonly hidden?: (trial: Trial) => Hidden | undefined;
  readonly needs: readonly Need[];
  /** How several rounds are combined. Faults are added up, because a median could hide them. */
  readonly overRounds: 'median' | 'sum';
  /** True when a saturated generator limits it: the server may be able to do more. */
  readonly limitedByGenerator?: true;
  /** The loads whose tables have a column for it; both where it is absent. */
  readonly load?: 'answered' | 'one-way';
  /** Its column in the table of a run. */
  readonly comparison?: ColumnUse;
  /** Its columns in the table of two runs. */
  readonly sideBySide?: ColumnUse;
  /** True when the column is left out where no row has a value. */
  readonly whereMeasured?: true;
  /** Minimum number of connections of the rows that show it. */
  readonly leastConnections?: number;
}
