import type { CheckBaseline } from '../model/check-result.ts';
import type { BaselineRun } from '../model/stored-baseline.ts';
import {
  type BaselineVerdict,
  FEWEST_RUNS,
  judgeAgainstRuns,
  type MetricHistory,
  runsToPass,
} from '../stats/baseline.ts';
import type { MetricDifferences } from '../stats/regression.ts';
import { hodgesLehmann } from '../stats/walsh.ts';
import type { SeriesEnd } from './ending.ts';
import type { HeldBaseline } from './plan.ts';
import { known } from './record.ts';

type MetricRecord = CheckBaseline['metrics'][number];

/**
 * Compares a run with the recorded ones, or finds whether it can be added to them.
 * @returns what is saved, and how the series ends.
 */
export function holdAgainstStored(
  baseline: HeldBaseline,
  differences: readonly MetricDifferences[],
): { readonly record: CheckBaseline; readonly end: SeriesEnd } {
  const { file, stored, record } = baseline;
  const histories = differences.map((each) => historyOf(each, stored.runs));
  const verdict = judgeAgainstRuns(histories);
  const metrics = verdict.metrics.map((finding, i) =>
    metricRecord(finding, histories[i] as MetricHistory, histories.length),
  );
  return {
    record: {
      ...{ file, record, reference: stored.reference, runs: stored.runs.length, metrics },
      firstAt: stored.runs[0]?.startedAt ?? null,
      lastAt: stored.runs.at(-1)?.startedAt ?? null,
    },
    end: record ? recordedEnd(stored.runs.length + 1, metrics) : judgedEnd(verdict.verdict, metrics),
  };
}

function historyOf({ metric, margins, differences }: MetricDifferences, runs: readonly BaselineRun[]): MetricHistory {
  const run = differences.every(Number.isFinite) ? hodgesLehmann(differences) : Number.NaN;
  const recorded = runs.flatMap(({ lnRatios }) => (lnRatios as Readonly<Record<string, number>>)[metric] ?? []);
  return { metric, margins, recorded, run };
}

function metricRecord(
  { metric, mean, halfWidth, finding }: BaselineVerdict['metrics'][number],
  history: MetricHistory,
  metrics: number,
): MetricRecord {
  return {
    ...{ metric, finding, runs: history.recorded.length },
    ...{ mean: known(mean), run: known(history.run), halfWidth: known(halfWidth) },
    ...history.margins,
    runsToPass: runsToPass(history, metrics),
  };
}

function recordedEnd(number: number, metrics: readonly MetricRecord[]): SeriesEnd {
  const missing = named(metrics, 'not-estimable');
  if (missing.length > 0) {
    const why = `${missing.join(', ')} could not be estimated, so this run is not recorded; gate on other metrics with --gate`;
    return { outcome: 'invalid', metrics: [], why };
  }
  const worse = named(metrics, 'regressed');
  const suspicious =
    worse.length > 0
      ? ` In ${worse.join(', ')} it is worse than the earlier runs: if the server became slower, remove this run from the file, or the mean will hide it.`
      : '';
  const left = FEWEST_RUNS - number;
  const next = left > 0 ? `; ${moreRuns(left)} before anything is judged` : '';
  return { outcome: 'recorded', metrics: [], statement: `RECORDED: this is run ${number}${next}.${suspicious}` };
}

function judgedEnd(verdict: BaselineVerdict['verdict'], metrics: readonly MetricRecord[]): SeriesEnd {
  const worse = named(metrics, 'regressed');
  switch (verdict) {
    case 'regressed':
      return {
        ...{ outcome: 'regressed', metrics: worse },
        statement:
          `REGRESSED: in ${worse.join(', ')} the server is worse than in its recorded runs, by more than the ` +
          'tolerated margin and more than they scatter. To be sure, compare it with the earlier version itself: ' +
          '--baseline-ref.',
      };
    case 'pass':
      return {
        ...{ outcome: 'pass', metrics: [] },
        statement:
          'PASS: the server is not worse than in its recorded runs by the margin that must be found, in any metric.',
      };
    case 'advisory': {
      const fewest = Math.min(...metrics.map(({ runs }) => runs));
      return {
        ...{ outcome: 'advisory', metrics: [] },
        statement: `ADVISORY: nothing was judged, because ${FEWEST_RUNS} recorded runs are needed to know how runs differ: ${moreRuns(FEWEST_RUNS - fewest)}.`,
      };
    }
    case 'inconclusive':
      return { outcome: 'inconclusive', metrics: [], why: whyInconclusive(metrics) };
  }
}

function whyInconclusive(metrics: readonly MetricRecord[]): string {
  const open = metrics.filter(({ finding }) => finding === 'open');
  if (open.length === 0) return 'not every metric could be estimated';
  const undecided = `in ${open.map(({ metric }) => metric).join(', ')} it is open whether the server is worse`;
  const neverDecided = open.filter((each) => each.runsToPass === null).map(({ metric }) => metric);
  if (neverDecided.length > 0) {
    return `${undecided}. Runs differ too much in ${neverDecided.join(', ')}: measure on a quieter machine, or give wider margins with --gate`;
  }
  const lacking = Math.max(...open.map(({ runs, runsToPass: enough }) => (enough ?? runs) - runs));
  return `${undecided}. ${lacking > 0 ? `At this scatter, a decision takes about ${lacking} more recorded runs` : 'Run it again'}`;
}

function moreRuns(count: number): string {
  return `record ${count} more ${count === 1 ? 'run' : 'runs'} with --record`;
}

function named(metrics: readonly MetricRecord[], wanted: MetricRecord['finding']): string[] {
  return metrics.filter(({ finding }) => finding === wanted).map(({ metric }) => metric);
}
