import { describe, expect, test } from 'vitest';
import { type Design, SimulatedCheck, soundDesign } from '../../bench/lab/verify/design.ts';
import { looksFor, runCheck } from '../../bench/lab/verify/our-rule.ts';
import {
  alarmsAtTolerance,
  type Frequency,
  falseAlarms,
  falsePasses,
  machineNames,
  power,
} from '../../bench/lab/verify/regression-claims.ts';
import { rivals } from '../../bench/lab/verify/rivals.ts';
import { scalingClaims } from '../../bench/lab/verify/scaling-claims.ts';
import { SimulatedMachine } from '../../bench/lab/verify/simulated-machine.ts';
import { Trace, unchanged } from '../../bench/lab/verify/trace.ts';

/** Few enough for every test run; `npm run verify:stats` makes many. */
const RUNS = 100;
const DESIGN_RUNS = 200;
const SEED = 20_261_121;

/**
 * Reports whether a frequency contradicts its claim: by more than three standard deviations for this number of runs.
 */
function isRefuted({ share, runs, claim }: Frequency): boolean {
  if (claim === undefined) return false;
  const bound = 'atMost' in claim ? claim.atMost : claim.atLeast;
  const chance = 3 * Math.sqrt((bound * (1 - bound)) / runs);
  return 'atMost' in claim ? share > bound + chance : share < bound - chance;
}

/** Returns the share of simulated checks on a calm machine that raise an alarm although nothing changed. */
function alarms(design: Design): number {
  let count = 0;
  for (let run = 0; run < DESIGN_RUNS; run++) {
    const trace = new Trace('calm', { seed: SEED, ordinal: run });
    if (runCheck(new SimulatedCheck(trace, unchanged, design), looksFor(24)).verdict === 'regressed') count++;
  }
  return count / DESIGN_RUNS;
}

describe.each(machineNames)('on a machine with %s', (name) => {
  const machine = new SimulatedMachine(name, SEED);

  test('the claims hold, and the rival rule raises false alarms', () => {
    // Nothing is claimed of the other rivals.
    const blocked = rivals.filter(({ name }) => name === 'blocked U-test');
    const frequencies = [
      ...falseAlarms(machine, RUNS, blocked),
      ...alarmsAtTolerance(machine, RUNS),
      ...[0.05, 0.1, 0.2].flatMap((share) => power(machine, share, RUNS, [])),
      ...falsePasses(machine, RUNS),
    ];
    expect(frequencies.filter(isRefuted)).toEqual([]);
    const rival = frequencies.find(({ rule, what }) => rule === 'blocked U-test' && what === 'alarm, nothing changed');
    expect(rival?.share).toBeGreaterThan(0.1);
  });

  test('the sessions of a changed program are those that are simulated with the change', () => {
    const change = [0.2, 0, 0.05, 0.1];
    const check = machine.check(3, change);
    const simulated = new SimulatedCheck(machine.trace(3), change, soundDesign);
    for (let i = 0; i < 10; i++) {
      const expected = simulated.session();
      const differences = check.session();
      expect(Math.max(...expected.map((each, j) => Math.abs(each - (differences[j] as number))))).toBeLessThan(1e-12);
    }
  });
});

describe('the check design', () => {
  test('without random order mistakes a place advantage for a better program', () => {
    const design = { ...soundDesign, placeAdvantage: 0.03 };
    expect(alarms(design)).toBeLessThanOrEqual(0.01);
    expect(alarms({ ...design, coin: false })).toBeGreaterThan(0.5);
  });

  test('without fresh processes mistakes one process for the program', () => {
    const design = { ...soundDesign, placeAdvantage: 0 };
    expect(alarms(design)).toBeLessThanOrEqual(0.01);
    expect(alarms({ ...design, fresh: false })).toBeGreaterThan(0.05);
  });
});

test('the scalability law covers the true values, and is refused for other shapes', () => {
  const { stated, covered, peaksBeyond, refused } = scalingClaims(60, SEED);
  expect(stated).toBeGreaterThan(0.8);
  expect(Math.min(...Object.values(covered))).toBeGreaterThanOrEqual(0.88);
  expect(peaksBeyond).toBe(0);
  expect(refused).toBeGreaterThanOrEqual(0.95);
});
