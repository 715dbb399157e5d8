import { CHECK_SCHEMA, type CheckOutcome, type CheckResult } from '../../bench/model/check-result.ts';
import type { Result, ThresholdOutcome } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import type { Saved } from '../files/saved.ts';
import { formatMetric } from '../text/metric-units.ts';
import { formatShare } from '../text/quantities.ts';
import { gateEffects } from './check-samples.ts';
import { labelsOf, wordsOf } from './samples.ts';
import { type Element, element, xmlDocument } from './xml.ts';

/** How a test case ended, as elements of JUnit; undefined: it passed. */
interface Ending {
  readonly kind: 'failure' | 'error' | 'skipped';
  /** What JUnit calls the type: the class of an assertion or an exception. */
  readonly type: string;
  readonly message: string;
}

interface Case {
  readonly name: string;
  readonly seconds: number;
  readonly ending: Ending | undefined;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
  readonly stderr: readonly string[];
}

/**
 * Renders a run as JUnit XML: a suite for each target at an operating point, with its trials and thresholds. Of a search
 * for capacities, a test case for each, because its trials are meant to cross the objectives.
 */
export function renderJunit(result: Result): string {
  const { failures, thresholds = [] } = result;
  const trials = result.capacity ? [] : result.trials;
  const perTrial = trials.length === 0 ? 0 : thresholds.length / trials.length;
  const suites = new Map<string, { cases: Case[]; stderr: string[] }>();
  const suiteOf = (name: string) => {
    const suite = suites.get(name) ?? { cases: [], stderr: [] };
    suites.set(name, suite);
    return suite;
  };
  for (const [i, trial] of trials.entries()) {
    const judged = thresholds.slice(i * perTrial, (i + 1) * perTrial);
    const { cases } = suiteOf(wordsOf(labelsOf(trial)));
    cases.push(trialCase(trial, isInvalidFatal(result)), ...judged.map(thresholdCase));
  }
  for (const failure of failures) {
    const { cases, stderr } = suiteOf(wordsOf(labelsOf(failure)));
    const ending = { kind: 'error', type: 'TargetError', message: failure.message } as const;
    cases.push({ name: `round ${failure.round}`, seconds: 0, ending });
    stderr.push(...failure.stderr);
  }
  const capacities = (result.capacity ?? []).map(capacityCase);
  return document(result, [
    ...[...suites].map(([name, suite]) => ({ name, ...suite })),
    ...(capacities.length === 0 ? [] : [{ name: 'capacity', cases: capacities, stderr: [] }]),
  ]);
}

/** Renders a check as JUnit XML: the verdict, which fails as the exit code does, and each gate. */
export function renderCheckJunit(result: CheckResult): string {
  const { verdict } = result;
  const kind = OF_OUTCOME[verdict.outcome];
  const ending = kind && { kind, type: verdict.outcome, message: verdict.statement };
  const gates = gateEffects(result).map(({ metric, finding, change, low, high, tolerated, detected }): Case => {
    const message =
      `B is worse by ${share(change)} (${share(low)} to ${share(high)}); ` +
      `tolerated ${share(tolerated)}, must detect ${share(detected)}`;
    const kindOfGate = finding === 'regressed' ? 'failure' : finding === 'within' ? undefined : 'skipped';
    return { name: metric, seconds: 0, ending: kindOfGate && { kind: kindOfGate, type: finding, message } };
  });
  return document(result, [{ name: 'check', cases: [{ name: 'verdict', seconds: 0, ending }, ...gates], stderr: [] }]);
}

/** As the exit codes: 1 is a failure; 3, nothing decided, an error. */
const OF_OUTCOME = {
  pass: undefined,
  recorded: undefined,
  regressed: 'failure',
  suspected: 'failure',
  inconclusive: 'error',
  unsteady: 'error',
  invalid: 'error',
  advisory: 'error',
} as const satisfies Record<CheckOutcome, Ending['kind'] | undefined>;

function share(value: number | null): string {
  return value === null ? 'an unknown share' : formatShare(value);
}

/** As the exit code: with thresholds, each trial must be valid; otherwise one valid trial suffices. */
function isInvalidFatal({ thresholds = [], trials }: Result): boolean {
  return thresholds.length > 0 || trials.every(({ validity }) => validity.verdict === 'invalid');
}

function trialCase({ round, measuredSeconds, validity, secondOpinionFailure }: Trial, isFatal: boolean): Case {
  const name = `round ${round}`;
  const message = validity.reasons.map((reason) => reason.message).join('; ');
  const ending: Ending | undefined =
    validity.verdict === 'invalid'
      ? { kind: isFatal ? 'error' : 'skipped', type: 'invalid', message }
      : secondOpinionFailure && { kind: 'error', type: 'second-opinion', message: secondOpinionFailure.message };
  return { name, seconds: measuredSeconds, ending };
}

function thresholdCase({ text, round, observed, unit, kept }: ThresholdOutcome): Case {
  const message = observed === null ? 'not measured' : `observed ${formatMetric(unit, observed)}`;
  return {
    name: `${text}, round ${round}`,
    seconds: 0,
    ending: kept ? undefined : { kind: 'failure', type: observed === null ? 'not-measured' : 'crossed', message },
  };
}

function capacityCase(capacity: NonNullable<Result['capacity']>[number]): Case {
  const { outcome, limit, notes } = capacity;
  const message = notes.map((note) => note.message).join('; ') || `the capacity is ${outcome}`;
  const isUnknown = outcome === 'unknown' || limit === 'unmeasured';
  const kind = outcome === 'none' ? 'failure' : isUnknown ? 'error' : undefined;
  return { name: wordsOf(labelsOf(capacity)), seconds: 0, ending: kind && { kind, type: outcome, message } };
}

function document(saved: Saved, suites: readonly Suite[]): string {
  const { interrupted } = saved;
  const ending = { kind: 'error', type: 'interrupted', message: 'it was interrupted: results are partial' } as const;
  const whole = { name: 'run', cases: [{ name: 'complete', seconds: 0, ending }], stderr: [] };
  const all = interrupted ? [...suites, whole] : suites;
  return xmlDocument(
    element(
      'testsuites',
      {},
      all.map((suite, id) => suiteElement(suite, id, saved)),
    ),
  );
}

/**
 * Follows the schema of Ant's reports, which demands all of these attributes and elements. A host name is not stored.
 * @see https://github.com/windyroad/JUnit-Schema
 */
function suiteElement({ name, cases, stderr }: Suite, id: number, saved: Saved): Element {
  const number = (kind: Ending['kind']) => cases.filter(({ ending }) => ending?.kind === kind).length;
  const command = `sockbench.${saved.schema === CHECK_SCHEMA ? 'check' : saved.plan.command}`;
  const { sockbench, node, kernel, cpuModel } = saved.environment;
  const attributes = {
    ...{ id, package: command, name, hostname: 'localhost', timestamp: saved.startedAt.slice(0, 19) },
    ...{ tests: cases.length, failures: number('failure'), errors: number('error'), skipped: number('skipped') },
    time: decimal(cases.reduce((sum, { seconds }) => sum + seconds, 0)),
  };
  const properties = Object.entries({ sockbench, node, kernel, cpu: cpuModel });
  return element('testsuite', attributes, [
    element(
      'properties',
      {},
      properties.map(([key, value]) => element('property', { name: key, value })),
    ),
    ...cases.map((each) => caseElement(each, `${command}.${name}`)),
    element('system-out'),
    element('system-err', {}, stderr.join('\n')),
  ]);
}

function caseElement({ name, seconds, ending }: Case, classname: string): Element {
  const attributes = { name, classname, time: decimal(seconds) };
  if (ending === undefined) return element('testcase', attributes);
  const { kind, type, message } = ending;
  return element('testcase', attributes, [element(kind, { message, ...(kind !== 'skipped' && { type }) })]);
}

function decimal(seconds: number): string {
  return seconds.toFixed(3);
}
