import { CHECK_SCHEMA } from '../../bench/model/check-result.ts';
import { type Conditions, conditionsOf } from '../../bench/model/conditions.ts';
import type { Saved } from '../files/saved.ts';
import { checkReadings } from './check-readings.ts';
import { isSelected, programsOf, type Reading, type Selection } from './reading.ts';
import { trialReadings } from './trial-readings.ts';

/** What a history keeps of a saved run. */
export interface HistoryRun {
  /** Its directory or file, within the folder of results. */
  readonly name: string;
  /** In UTC, as ISO 8601 writes it. */
  readonly startedAt: string;
  readonly command: string;
  readonly interrupted: boolean;
  readonly conditions: Conditions;
  /** Versions that do not make runs incomparable, by their names. */
  readonly versions: Conditions;
  readonly readings: readonly Reading[];
}

/**
 * Returns what a history keeps of a saved run.
 * @param metrics names of the metrics to read.
 */
export function historyRun(name: string, saved: Saved, metrics: ReadonlySet<string>): HistoryRun {
  const { startedAt, interrupted, environment } = saved;
  const { kernel, node, sockbench, commit } = environment;
  const isCheck = saved.schema === CHECK_SCHEMA;
  return {
    ...{ name, startedAt, interrupted },
    command: isCheck ? 'check' : saved.plan.command,
    conditions: conditionsOf(saved),
    versions: { sockbench, kernel, Node: node, ...(commit !== undefined && { commit }) },
    readings: isCheck ? checkReadings(saved, metrics) : trialReadings(saved, metrics),
  };
}

/** Which runs a history is about; all where a part is undefined. */
export interface Period {
  /** Milliseconds since 1970. */
  readonly since: number | undefined;
  /** Number of last runs. */
  readonly last: number | undefined;
}

/** Returns the runs of a period that measured any of the selected subjects, and of these only the selected readings. */
export function selectedRuns(runs: readonly HistoryRun[], selection: Selection, { since, last }: Period): HistoryRun[] {
  const selected = runs
    .filter(({ startedAt }) => since === undefined || Date.parse(startedAt) >= since)
    .map((run) => ({ ...run, readings: run.readings.filter(({ subject }) => isSelected(subject, selection)) }))
    .filter(({ readings }) => readings.length > 0);
  return last === undefined ? selected : selected.slice(-last);
}

/** Returns the names of all targets, each once. */
export function targetsOf(runs: readonly HistoryRun[]): string[] {
  return [...new Set(runs.flatMap(({ readings }) => readings.flatMap(({ subject }) => programsOf(subject))))];
}
