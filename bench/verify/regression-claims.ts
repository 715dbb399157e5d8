import { gatedMetrics } from '../stats/gated-metrics.ts';
import { SimulatedCheck, soundDesign } from './design.ts';
import { type MachineName, machines } from './noise.ts';
import { type Outcome, runCheck } from './our-rule.ts';
import { type Rival, rivals } from './rivals.ts';
import { type Change, Trace, traits, unchanged } from './trace.ts';

/** How often something happened in simulated checks on one kind of machine. */
export interface Frequency {
  readonly rule: string;
  readonly machine: MachineName;
  readonly what: string;
  readonly share: number;
  readonly runs: number;
  /** What it should be; undefined where nothing is claimed. */
  readonly claim: { readonly atMost: number } | { readonly atLeast: number } | undefined;
}

export const machineNames = Object.keys(machines) as MachineName[];

/** Simulated checks by our rule. The same seed gives the same machine to every rule. */
export function outcomes(machine: MachineName, change: Change, runs: number, seed: number): Outcome[] {
  return Array.from({ length: runs }, (_, run) => {
    return runCheck(new SimulatedCheck(new Trace(machine, { seed, ordinal: run }), change, soundDesign));
  });
}

/** Every metric worse by that share. */
export function worseBy(share: number): Change {
  return traits.map(() => share);
}

/** How often nothing changed and an alarm was raised all the same; and how often our rule said so: passed. */
export function falseAlarms(machine: MachineName, runs: number, seed: number): Frequency[] {
  const what = 'alarm, nothing changed';
  const ended = outcomes(machine, unchanged, runs, seed);
  const shareOf = (wanted: Outcome['verdict']) => ended.filter(({ verdict }) => verdict === wanted).length / runs;
  const ours = { rule: 'sockbench', machine, runs };
  return [
    { ...ours, what, share: shareOf('regressed'), claim: { atMost: 0.01 } },
    { ...ours, what: 'pass, nothing changed', share: shareOf('pass'), claim: undefined },
    ...rivals.map((rival) => rivalFrequency(rival, machine, what, unchanged, runs, seed)),
  ];
}

/** How often a change that is worse by a share in all metrics raised an alarm. */
export function power(machine: MachineName, share: number, runs: number, seed: number): Frequency[] {
  const what = `alarm, ${Math.round(share * 100)} % worse`;
  const change = worseBy(share);
  const alarms = outcomes(machine, change, runs, seed).filter(({ verdict }) => verdict === 'regressed').length;
  const atLeast = claimedPower(machine, share);
  const claim = atLeast === undefined ? undefined : { atLeast };
  return [
    { rule: 'sockbench', machine, what, share: alarms / runs, runs, claim },
    ...rivals.map((rival) => rivalFrequency(rival, machine, what, change, runs, seed)),
  ];
}

/** How often a change passed that is worse in one metric by what must be detected; the worst of all metrics. */
export function falsePasses(machine: MachineName, runs: number, seed: number): Frequency {
  const shares = traits.map(({ metric }, i) => {
    const change = traits.map((_, j) => (i === j ? gatedMetrics[metric].detected : 0));
    return outcomes(machine, change, runs, seed).filter(({ verdict }) => verdict === 'pass').length / runs;
  });
  const what = 'pass, one metric worse by what must be found';
  return { rule: 'sockbench', machine, what, share: Math.max(...shares), runs, claim: { atMost: 0.05 } };
}

/** How often an alarm was raised although no metric is worse by more than is tolerated: the hardest case of that. */
export function alarmsAtTolerance(machine: MachineName, runs: number, seed: number): Frequency {
  const change = traits.map(({ metric }) => gatedMetrics[metric].tolerated);
  const alarms = outcomes(machine, change, runs, seed).filter(({ verdict }) => verdict === 'regressed').length;
  const what = 'alarm, all worse by what is tolerated';
  return { rule: 'sockbench', machine, what, share: alarms / runs, runs, claim: { atMost: 0.01 } };
}

/** At least so often a change must be found. */
function claimedPower(machine: MachineName, share: number): number | undefined {
  if (share >= 0.2) return 0.99;
  if (share >= 0.1) return 0.9;
  return machine === 'calm' ? 0.95 : undefined;
}

function rivalFrequency(
  rival: Rival,
  machine: MachineName,
  what: string,
  change: Change,
  runs: number,
  seed: number,
): Frequency {
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    if (rival.alarms(new Trace(machine, { seed, ordinal: run }), change)) alarms++;
  }
  return { rule: rival.name, machine, what, share: alarms / runs, runs, claim: undefined };
}

/** Does a frequency keep what is claimed? True where nothing is. */
export function holds({ share, claim }: Frequency): boolean {
  if (claim === undefined) return true;
  return 'atMost' in claim ? share <= claim.atMost : share >= claim.atLeast;
}
