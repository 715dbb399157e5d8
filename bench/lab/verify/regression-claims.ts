import { gatedMetrics } from '../../stats/gated-metrics.ts';
import { type MachineName, machines } from './noise.ts';
import { looksFor, type Outcome, runCheck } from './our-rule.ts';
import { type Rival, rivals } from './rivals.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import { type Change, traits, unchanged } from './trace.ts';

/** How often an event happened in simulated checks on one kind of machine. */
export interface Frequency {
  readonly rule: string;
  readonly isOurs: boolean;
  readonly machine: MachineName;
  readonly what: string;
  readonly share: number;
  readonly runs: number;
  /** The claimed limit; undefined where there is no claim. */
  readonly claim: { readonly atMost: number } | { readonly atLeast: number } | undefined;
}

export const machineNames = Object.keys(machines) as MachineName[];

/**
 * Sessions that the budgets of simulated checks allow: the first look only, four looks, seven, and the most. All claims
 * must hold for each budget.
 */
export const reaches = [10, 24, 60, 82] as const;

/**
 * Runs simulated checks by our rule, for each budget. The same seed gives the same machine to every rule, and the same
 * sessions to every budget.
 */
function outcomes(machine: SimulatedMachine, change: Change, runs: number): Outcome[][] {
  const looks = reaches.map(looksFor);
  return Array.from({ length: runs }, (_, run) =>
    looks.map((planned) => runCheck(machine.check(run, change), planned)),
  );
}

/** An ending of checks to count, and what is claimed of its frequency. */
type Question = Pick<Frequency, 'what' | 'claim'> & { readonly verdict: Outcome['verdict'] };

/** Returns how often our checks ended with each verdict, for each budget. */
function ours(machine: SimulatedMachine, change: Change, runs: number, questions: readonly Question[]): Frequency[] {
  const ended = outcomes(machine, change, runs);
  return reaches.flatMap((reach, i) =>
    questions.map(({ what, verdict, claim }) => ({
      ...{ rule: ruleOf(reach), isOurs: true, machine: machine.name, what, claim, runs },
      share: ended.filter((each) => each[i]?.verdict === verdict).length / runs,
    })),
  );
}

function ruleOf(reach: number): string {
  return reach === reaches[0] ? `sockbench, ${reach} sessions` : `sockbench, up to ${reach}`;
}

/** Returns a change that makes every metric worse by a share. */
export function worseBy(share: number): Change {
  return traits.map(() => share);
}

/**
 * Returns how often an alarm was raised though nothing changed, and how often our rule passed the programs.
 * @param compared rules to compare ours with.
 */
export function falseAlarms(machine: SimulatedMachine, runs: number, compared = rivals): Frequency[] {
  const what = 'alarm, nothing changed';
  const questions: readonly Question[] = [
    { what, verdict: 'regressed', claim: { atMost: 0.01 } },
    { what: 'pass, nothing changed', verdict: 'pass', claim: undefined },
  ];
  return [
    ...ours(machine, unchanged, runs, questions),
    ...compared.map((rival) => rivalFrequency(rival, machine, what, unchanged, runs)),
  ];
}

/**
 * Returns how often an alarm was raised for a change that makes all metrics worse by a share.
 * @param compared rules to compare ours with.
 */
export function power(machine: SimulatedMachine, share: number, runs: number, compared = rivals): Frequency[] {
  const what = `alarm, ${Math.round(share * 100)} % worse`;
  const change = worseBy(share);
  const atLeast = claimedPower(machine.name, share);
  const claim = atLeast === undefined ? undefined : { atLeast };
  return [
    ...ours(machine, change, runs, [{ what, verdict: 'regressed', claim }]),
    ...compared.map((rival) => rivalFrequency(rival, machine, what, change, runs)),
  ];
}

/**
 * Returns how often a change passed that makes one metric worse by the detectable margin; the maximum over all metrics.
 */
export function falsePasses(machine: SimulatedMachine, runs: number): Frequency[] {
  const question: Question = {
    what: 'pass, one metric worse by what must be found',
    verdict: 'pass',
    claim: { atMost: 0.05 },
  };
  const ofMetrics = traits.map(({ metric }, i) => {
    const change = traits.map((_, j) => (i === j ? gatedMetrics[metric].detected : 0));
    return ours(machine, change, runs, [question]);
  });
  return reaches.map((_, i) => {
    const ofReach = ofMetrics.map((frequencies) => frequencies[i] as Frequency);
    return ofReach.reduce((worst, each) => (each.share > worst.share ? each : worst));
  });
}

/**
 * Returns how often an alarm was raised though all metrics are worse by exactly the tolerated margin, the hardest case.
 */
export function alarmsAtTolerance(machine: SimulatedMachine, runs: number): Frequency[] {
  const change = traits.map(({ metric }) => gatedMetrics[metric].tolerated);
  const what = 'alarm, all worse by what is tolerated';
  return ours(machine, change, runs, [{ what, verdict: 'regressed', claim: { atMost: 0.01 } }]);
}

/** Returns the least share of runs in which a change must be found. */
function claimedPower(machine: MachineName, share: number): number | undefined {
  if (share >= 0.2) return 0.99;
  if (share >= 0.1) return 0.9;
  return machine === 'calm' ? 0.95 : undefined;
}

function rivalFrequency(
  rival: Rival,
  machine: SimulatedMachine,
  what: string,
  change: Change,
  runs: number,
): Frequency {
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    if (rival.alarms(machine.trace(run), change)) alarms++;
  }
  return { rule: rival.name, isOurs: false, machine: machine.name, what, share: alarms / runs, runs, claim: undefined };
}

/** Reports whether a frequency keeps its claim; true without a claim. */
export function holds({ share, claim }: Frequency): boolean {
  if (claim === undefined) return true;
  return 'atMost' in claim ? share <= claim.atMost : share >= claim.atLeast;
}
