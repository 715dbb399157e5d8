import type { Metric } from '../../bench/model/metric.ts';
import type { Named } from './base-units.ts';

/** What distinguishes a sample from others of its metric, by name. Values are as measured, not escaped. */
export type Labels = Readonly<Record<string, string>>;

/** One number of a result, for formats that store numbers by name. */
export interface Sample extends Named, Pick<Metric, 'summary' | 'worse'> {
  readonly labels: Labels;
  /** Whether it counts events of the whole run, and is not a value of a typical round. */
  readonly counts: boolean;
  /** In the metric's own unit, as the bounds. */
  readonly value: number;
  /** Lowest and highest of the rounds, or an interval; null where unknown. */
  readonly low: number | null;
  readonly high: number | null;
}
