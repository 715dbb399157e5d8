import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idleHost, stepHost } from '../../../bench/fleet/serve/host-state.ts';
import { idOf, type Mishap } from './simulated-fleet.ts';
import { SimulatedServer, serving } from './simulated-server.ts';

/** Longer than all questions, and than any mishap with what follows from it. */
const END_MS = 12_000;
const key = { run: '0'.repeat(32), server: 1 };
const promptly = () => [1];

/** A network that delays messages by up to 40 ms, repeats some and loses some. */
function unreliable(seed: number, lost: number): () => readonly number[] {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return () => {
    if (random() < lost) return [];
    const delay = 1 + random() * 40;
    return random() < 0.1 ? [delay, delay + random() * 100] : [delay];
  };
}

function run(mishaps: readonly Mishap[], fate: () => readonly number[] = promptly): SimulatedServer {
  const simulated = new SimulatedServer(fate, mishaps);
  simulated.runUntil(END_MS);
  return simulated;
}

test('a server starts, answers and ends', () => {
  const simulated = run([]);
  expect(simulated).toMatchObject({ failure: undefined, answers: [0, 1, 2, 3, 4], running: 0, starts: 1 });
  expect(simulated.overAt).toBeGreaterThan(simulated.endedAt ?? Number.NaN);
});

test('on any network, it is started once, each question is answered once, and it ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(0, 0.02, 0.2, 0.5), (seed, lost) => {
      const simulated = run([], unreliable(seed, lost));
      expect(simulated.starts).toBeLessThanOrEqual(1);
      expect(simulated.running).toBe(0);
      expect(simulated.overAt).toBeDefined();
      expect(simulated.reads).toEqual([...new Set(simulated.reads)]);
      if (simulated.failure === undefined) expect(simulated.answers).toEqual([0, 1, 2, 3, 4]);
      if (lost <= 0.02) expect(simulated.failure).toBeUndefined();
    }),
    { numRuns: 60 },
  );
});

const mishap = (whose: number): fc.Arbitrary<Mishap> =>
  fc.record({
    kind: fc.constantFrom('kill', 'pause', 'cut'),
    whose: fc.constant(whose),
    // While the server runs: a machine that is lost after its end makes no difference.
    atMs: fc.integer({ min: 0, max: 1500 }),
    lastsMs: fc.integer({ min: 1600, max: 4000 }),
  });

test('a machine that is lost is named, and leaves no server unless it was killed with it', () => {
  fc.assert(
    fc.property(mishap(0), (lost) => {
      const simulated = run([lost]);
      expect(simulated.failure).toMatchObject({ of: 'machine', message: expect.stringContaining('host-0') });
      expect((simulated.failure?.atMs ?? Number.NaN) - lost.atMs).toBeLessThanOrEqual(lost.lastsMs + 1300);
      if (lost.kind !== 'kill') expect(simulated.running).toBe(0);
      expect(simulated.overAt).toBeDefined();
    }),
    { numRuns: 200 },
  );
});

test('when the controller is lost, the server ends within two seconds', () => {
  fc.assert(
    fc.property(mishap(-1), (lost) => {
      const simulated = run([lost]);
      expect(simulated.running).toBe(0);
      if (simulated.starts > 0) expect(simulated.endedAt ?? Number.NaN).toBeLessThanOrEqual(lost.atMs + 2000);
    }),
    { numRuns: 200 },
  );
});

test.each([
  ['a part of it ends', { kind: 'failed', key, message: 'a worker ended', stderr: ['oh'] } as const, 'server'],
  ['its machine is shut down', { kind: 'drain' } as const, 'machine'],
])('when %s, the controller is told why, and nothing is left', (_, event, of) => {
  const simulated = new SimulatedServer(promptly, []);
  simulated.happens(700, event);
  simulated.runUntil(END_MS);
  expect(simulated.failure).toMatchObject({ of, message: expect.stringMatching(/a worker ended|being shut down/) });
  expect(simulated.failure?.atMs).toBeLessThan(710);
  expect(simulated.running).toBe(0);
});

test.each([0, 10, 300])(
  'a controller that stops a server %i ms after its machine was shut down need not wait',
  (ms) => {
    const simulated = new SimulatedServer(promptly, [], ms);
    simulated.happens(700, { kind: 'drain' });
    simulated.runUntil(END_MS);
    expect(simulated.overAt).toBeLessThan(1100);
  },
);

describe('a machine refuses', () => {
  const serve = (run: string, server: number) =>
    ({ kind: 'command', command: { kind: 'serve', run, server, serving }, now: 0 }) as const;
  const faultsAfter = (...events: Parameters<typeof stepHost>[1][]) => {
    let step: ReturnType<typeof stepHost> = { state: idleHost(idOf(0)), actions: [] };
    for (const event of events) step = stepHost(step.state, event, () => undefined);
    return step.actions.flatMap((action) =>
      action.kind === 'report' && action.report.kind === 'fault' ? [action.report.message] : [],
    );
  };

  test('another run, what is over, and everything when it is being shut down', () => {
    const { run } = key;
    expect(faultsAfter(serve(run, 1), serve('1'.repeat(32), 1))).toEqual(['it serves another run']);
    expect(faultsAfter(serve(run, 2), serve(run, 1))).toEqual(['this server is over here']);
    expect(faultsAfter({ kind: 'drain' }, serve(run, 1))).toEqual(['it is being shut down']);
    expect(faultsAfter({ kind: 'command', command: { kind: 'beat', ...key }, now: 0 })).toEqual([
      'it does not run this server',
    ]);
    // Both programs of a check.
    expect(faultsAfter(serve(run, 1), serve(run, 2))).toEqual([]);
  });
});
