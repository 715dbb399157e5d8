import type { Trial } from './trial.ts';

/** Units of metrics in results. A unit decides how a bound is parsed and how reports format a value. */
export const metricUnits = ['micros', 'count', 'share', 'bytes', 'perSecond', 'bytesPerSecond'] as const;
export type MetricUnit = (typeof metricUnits)[number];

/** What a metric can only be measured with. threshold-faults.ts reports what to do where it is missing. */
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
  | 'datagrams'
  | 'replies to datagrams'
  | 'deliveries'
  | 'processes'
  | 'idle connections';

/** Why the value that was read may differ from the true one, so that no bound may be judged by it. */
export type Hidden = 'by drops' | 'by unknown losses' | 'without traffic' | 'opening given up';

/** Whether a table has a column for a metric: always, or only on a page that is wide enough. */
export type ColumnUse = 'kept' | 'optional';

/**
 * A metric of a trial, described once for everything that uses it: thresholds, medians over rounds, tables, two runs side
 * by side, and the page of docs about metrics.
 */
export interface Metric {
  /** Title of its column. */
  readonly title: string;
  /** What it is, for docs. */
  readonly summary: string;
  readonly unit: MetricUnit;
  /** What one value is divided by. The unit of its column is then fixed. */
  readonly per?: 'request' | 'connection' | 'gigabyte';
  /** Whether more or less of it is worse; null where neither is. */
  readonly worse: 'more' | 'less' | null;
  /** Reads its value; null or undefined when it was not measured. */
  readonly read: (trial: Trial) => number | null | undefined;
  /** Returns what hides the true value of a trial; undefined when the value may be judged. */
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
  /** True when there is no column where no row has a value. */
  readonly whereMeasured?: true;
  /** Rows with fewer connections do not show it. */
  readonly leastConnections?: number;
}
