import type { Result } from '../../bench/model/result.ts';
import { type FailureReport, failureReports } from '../text/failures.ts';
import { Footnotes } from '../text/footnotes.ts';
import type { Plot } from '../text/plot.ts';
import { interruption, runHeading } from '../text/run-heading.ts';
import type { OverTime } from '../text/sparkline.ts';
import type { Table } from '../text/table.ts';
import { aggregate } from './aggregate.ts';
import { capacityTable } from './capacity.ts';
import { comparisonOf, comparisonTable } from './comparison.ts';
import { detailTables } from './details/detail-tables.ts';
import { overTime } from './details/over-time.ts';
import { failedOpinions } from './details/second-opinion.ts';
import { scalingPlots, scalingTables } from './scaling.ts';

/** A result in reading order, in no particular format. */
export interface Summary {
  /** What was run, and where. */
  readonly heading: readonly string[];
  readonly tables: readonly Table[];
  /** Sweeps only: the curves. */
  readonly plots: readonly Plot[];
  /** A single load that lasted for a while: how it went. */
  readonly overTime?: OverTime;
  /** A single load on a single target: everything known of it. A sweep: how the targets scale. */
  readonly details: readonly Table[];
  /** Numbered from 1 by their position; the tables refer to them. */
  readonly footnotes: readonly string[];
  readonly failures: readonly FailureReport[];
  /** The conclusions that the result justifies. */
  readonly statements: readonly string[];
}

/** Arranges a result for reading. Pure; every number that a report shows comes from here. */
export function summarize(result: Result): Summary {
  const footnotes = new Footnotes(result.capacity ? 'target' : 'trial');
  const tables = tablesOf(result, footnotes);
  const scaling = scalingTables(result, footnotes);
  const course = result.plan.command === 'run' ? overTime(result.trials) : null;
  for (const warning of result.warnings) footnotes.add(warning);
  return {
    heading: runHeading(result),
    tables,
    plots: scalingPlots(result),
    ...(course && { overTime: course }),
    details: [...scaling, ...detailTables(result)],
    footnotes: footnotes.texts(),
    failures: [...failureReports(result.failures), ...failedOpinions(result.trials)],
    statements: [...interruption(result), ...result.verdict.statements],
  };
}

function tablesOf(result: Result, footnotes: Footnotes): Table[] {
  // The trials of a search have different rates, so rows side by side would be meaningless.
  if (result.capacity) return result.capacity.length === 0 ? [] : [capacityTable(result, footnotes)];
  return aggregate(result).map((comparable) =>
    comparisonTable(comparable, comparisonOf(result, comparable)?.rankings, footnotes),
  );
}
