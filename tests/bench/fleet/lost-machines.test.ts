import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idOf, type Mishap, SimulatedFleet } from './simulated-fleet.ts';

const AGENTS = 3;
/** Longer than a trial, and than any mishap with what follows from it. */
const END_MS = 12_000;

const promptly = () => [1];

/** A network that delays messages by up to 40 ms, repeats some and loses some. */
function unreliable(random: () => number, lost: number): () => readonly number[] {
  return () => {
    if (random() < lost) return [];
    const delay = 1 + random() * 40;
    return random() < 0.1 ? [delay, delay + random() * 100] : [delay];
  };
}

/** A source of numbers that fast-check can shrink: the state of a linear congruential generator. */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function run(mishaps: readonly Mishap[], fate: () => readonly number[] = promptly): SimulatedFleet {
  const fleet = new SimulatedFleet(AGENTS, fate, mishaps);
  fleet.runUntil(END_MS);
  return fleet;
}

test('without mishaps, all agents finish and every value is received once', () => {
  const fleet = run([]);
  expect(fleet.outcome?.kind).toBe('finished');
  expect([...fleet.received.values()]).toEqual([2000, 2000, 2000]);
  expect(fleet.agents.map((_, i) => fleet.isLoading(i))).toEqual([false, false, false]);
});

test('on any network, a result has every value once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(0, 0.02, 0.2, 0.5), (seed, lost) => {
      const fleet = run([], unreliable(numbersOf(seed), lost));
      expect(fleet.outcome).toBeDefined();
      if (fleet.outcome?.kind === 'finished') expect([...fleet.received.values()]).toEqual([2000, 2000, 2000]);
      if (lost <= 0.02) expect(fleet.outcome?.kind).toBe('finished');
    }),
    { numRuns: 60 },
  );
});

const mishap = (whose: fc.Arbitrary<number>): fc.Arbitrary<Mishap> =>
  fc.record({
    kind: fc.constantFrom('kill', 'pause', 'cut'),
    whose,
    atMs: fc.integer({ min: 0, max: 2400 }),
    // Long enough for four heartbeats to be missed.
    lastsMs: fc.integer({ min: 1600, max: 4000 }),
  });

describe('an agent that is lost', () => {
  const ofAgent = mishap(fc.integer({ min: 0, max: AGENTS - 1 }));

  test('never leads to a result; it is named, and the others stop at once', () => {
    fc.assert(
      fc.property(ofAgent, (lost) => {
        const fleet = run([lost]);
        expect(fleet.outcome?.kind).toBe('failed');
        expect(fleet.outcome?.message).toMatch(new RegExp(`host-${lost.whose}\\b`));
        const failedAt = fleet.outcome?.atMs ?? 0;
        // Four heartbeats of silence, and one until that is noticed.
        expect(failedAt).toBeLessThanOrEqual(lost.atMs + lost.lastsMs + 1300);
        for (const i of fleet.agents.keys()) {
          if (i !== lost.whose) expect(fleet.lastLoadAt(i) ?? 0).toBeLessThanOrEqual(failedAt + 10);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('is noticed within one and a half seconds when it was killed', () => {
    fc.assert(
      fc.property(ofAgent, (lost) => {
        const fleet = run([{ ...lost, kind: 'kill' }]);
        expect((fleet.outcome?.atMs ?? Number.NaN) - lost.atMs).toBeLessThanOrEqual(1500);
      }),
      { numRuns: 50 },
    );
  });

  test('leaves no agent with a load, not even itself when it returns', () => {
    fc.assert(
      fc.property(ofAgent, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (lost, seed) => {
        const fleet = run([lost], unreliable(numbersOf(seed), 0.1));
        for (const i of fleet.agents.keys()) {
          if (lost.kind !== 'kill' || i !== lost.whose) expect(fleet.isLoading(i)).toBe(false);
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('when the controller is lost, every agent stops within two seconds', () => {
  fc.assert(
    fc.property(mishap(fc.constant(-1)), (lost) => {
      const fleet = run([lost]);
      // It may return when all agents have just finished.
      if (fleet.outcome?.kind === 'finished') expect([...fleet.received.values()]).toEqual([2000, 2000, 2000]);
      if (lost.kind === 'kill') expect(fleet.outcome).toBeUndefined();
      if (lost.kind === 'pause' && fleet.outcome?.kind === 'failed')
        expect(fleet.outcome.message).toMatch(/was stopped for/);
      for (const i of fleet.agents.keys()) {
        expect(fleet.isLoading(i)).toBe(false);
        expect(fleet.lastLoadAt(i) ?? 0).toBeLessThanOrEqual(lost.atMs + 2000);
      }
    }),
    { numRuns: 200 },
  );
});

test('a controller that stopped for about the limit blames itself, or all agents have waited', () => {
  const outcomes = new Set<string | undefined>();
  for (let lastsMs = 700; lastsMs < 1600; lastsMs += 10) {
    const { outcome, received } = run([{ kind: 'pause', whose: -1, atMs: 1000 + (lastsMs % 70), lastsMs }]);
    outcomes.add(outcome?.kind);
    if (outcome?.kind === 'finished') expect([...received.values()]).toEqual([2000, 2000, 2000]);
    else expect(outcome?.message).toMatch(/this program was stopped for/);
  }
  expect(outcomes).toEqual(new Set(['finished', 'failed']));
});

test('a start signal that comes too late fails the trial', () => {
  // The first agent's network is slow for a while, and loses nothing.
  const fleet = new SimulatedFleet(2, () => [400], []);
  fleet.runUntil(END_MS);
  expect(fleet.outcome?.kind).toBe('finished');
  const late = new SimulatedFleet(2, () => [600], []);
  late.runUntil(END_MS);
  expect(late.outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('start signal') });
  expect(late.received.get(idOf(0))).toBeUndefined();
});

test('a machine on which all programs stop for less than the limit loses nothing', () => {
  // While a load runs: a start signal would come too late.
  const pause = fc.record({ atMs: fc.integer({ min: 700, max: 2000 }), lastsMs: fc.integer({ min: 100, max: 950 }) });
  fc.assert(
    fc.property(pause, (given) => {
      const fleet = run([-1, 0, 1, 2].map((whose) => ({ kind: 'pause', whose, ...given })));
      expect(fleet.outcome?.message ?? '').toBe('');
    }),
    { numRuns: 100 },
  );
});
