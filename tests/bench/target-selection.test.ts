import { describe, expect, test } from 'vitest';
import { makePacer } from '../../bench/load/arrivals/pacer.ts';
import { OpenDemand } from '../../bench/load/demand/demand.ts';
import { TargetSelection } from '../../bench/load/targets/selection.ts';
import type { Assignment } from '../../bench/load/threads/assignment.ts';
import type { OperatingPoint } from '../../bench/model/operating-point.ts';
import { type SelectPolicy, selectPolicyNames } from '../../bench/model/select-policy.ts';
import { assign, pacer } from './assignment.ts';

interface Load extends Partial<Pick<Assignment, 'pacer' | 'firstConnection' | 'thread'>> {
  readonly point?: Partial<OperatingPoint>;
}

/** Three targets for twelve connections, the first of all threads, in a closed loop, with variations. */
function among(policy: SelectPolicy, { point = {}, ...load }: Load = {}, seed = 7): TargetSelection {
  const addresses = [1, 2, 3].map((port) => ({ host: '127.0.0.1', port }));
  const assignment = assign({ connections: 12, ...point }, { host: '127.0.0.1', port: 1 });
  return new TargetSelection(
    { ...assignment, firstConnection: 0, streamKey: { seed }, ...load },
    { addresses, policy },
  );
}

/** Gives each connection a target. @returns the targets. */
function targetsOf(selection: TargetSelection, connections = 12): number[] {
  return Array.from({ length: connections }, (_, c) => {
    selection.assign(c);
    return selection.of(c);
  });
}

function connectionsAt(targets: readonly number[]): number[] {
  return [0, 1, 2].map((target) => targets.filter((each) => each === target).length);
}

describe('a pooled connection in a closed loop', () => {
  test.each(['round-robin', 'least-pending'] as const)('is divided equally among the targets: %s', (policy) => {
    expect(connectionsAt(targetsOf(among(policy)))).toEqual([4, 4, 4]);
  });

  test('gets its target by the order of all threads', () => {
    expect(targetsOf(among('round-robin', { firstConnection: 5, thread: 1 }), 4)).toEqual([2, 0, 1, 2]);
  });

  test.each(['random', 'p2c'] as const)('gets a target at random, by the seed: %s', (policy) => {
    const targets = (seed: number, thread = 0) => targetsOf(among(policy, { thread }, seed)).join();
    expect(targets(1)).toBe(targets(1));
    expect(targets(1)).not.toBe(targets(2));
    expect(targets(1)).not.toBe(targets(1, 1));
  });

  test('keeps its target when it is reopened', () => {
    const selection = among('random');
    const targets = targetsOf(selection);
    for (let c = 0; c < 12; c++) selection.release(c);
    expect(targetsOf(selection)).toEqual(targets);
  });
});

test.each(selectPolicyNames)('connections at a rate are divided evenly under any policy: %s', (policy) => {
  expect(targetsOf(among(policy, { pacer }))).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
});

describe('a connection for each request', () => {
  const perRequest = { point: { connection: 'per-request' } } as const;

  test('gets a target anew each time', () => {
    const selection = among('round-robin', perRequest);
    const targets = Array.from({ length: 4 }, () => {
      selection.assign(0);
      const target = selection.of(0);
      selection.release(0);
      return target;
    });
    expect(targets).toEqual([0, 1, 2, 0]);
  });

  test('gets the target with the fewest pending requests', () => {
    const selection = among('least-pending', perRequest);
    for (const c of [0, 1, 2]) selection.began(c);
    expect([0, 1, 2].map((c) => selection.of(c))).toEqual([0, 1, 2]);
    selection.completed(1, 5);
    selection.began(3);
    expect(selection.of(3)).toBe(1);
  });
});

describe('the number of pending requests of a target', () => {
  test.each<[string, (selection: TargetSelection) => void]>([
    ['answered', (selection) => selection.completed(0, 5)],
    ['timed out', (selection) => selection.timedOut(0, 5)],
    ['failed', (selection) => selection.failed(0)],
    ['answered with a corrupt reply', (selection) => selection.corrupted(0)],
    ['withdrawn', (selection) => selection.takenBack(0)],
  ])('is one lower after a request was %s', (_, end) => {
    const selection = among('round-robin');
    selection.began(0);
    selection.began(0);
    end(selection);
    expect(selection.tally(0).pending).toBe(1);
  });

  test('survives the start of the measurement, while earlier counts do not', () => {
    const selection = among('round-robin');
    for (let i = 0; i < 3; i++) selection.began(0);
    selection.completed(0, 1000);
    selection.startMeasuring();
    const { counts, response, pending } = selection.tally(0);
    expect({ sent: counts.sent, completed: counts.completed, responses: response.count, pending }).toEqual({
      sent: 2,
      completed: 0,
      responses: 0,
      pending: 2,
    });
  });
});

describe('a target is down', () => {
  test('when every connection to it was refused, until one succeeds', () => {
    const selection = among('round-robin');
    targetsOf(selection);
    for (const c of [1, 4, 7, 4]) selection.refused(c);
    expect(selection.isDown(1)).toBe(false);
    selection.refused(10);
    expect([0, 1, 2].map((target) => selection.isDown(target))).toEqual([false, true, false]);
    selection.established(4);
    expect(selection.isDown(1)).toBe(false);
  });

  test('until it answers', () => {
    const selection = among('round-robin');
    selection.began(0);
    selection.refused(0);
    expect(selection.isDown(0)).toBe(true);
    selection.completed(0, 5);
    expect(selection.isDown(0)).toBe(false);
  });

  test('only once it has a connection', () => expect(among('round-robin').isDown(0)).toBe(false));
});

describe('arrivals among several targets', () => {
  function arrivals(policy: SelectPolicy): { selection: TargetSelection; open: OpenDemand } {
    const selection = among(policy, { pacer });
    targetsOf(selection);
    return { selection, open: new OpenDemand(makePacer(pacer), 0, 12, 1, Number.POSITIVE_INFINITY, selection) };
  }

  test('use only a connection of the selected target', () => {
    const { open } = arrivals('round-robin');
    for (const c of [4, 0, 3]) expect(open.next(c, 0, 1)).toBe(-1);
    const taken = [0, 1, 2, 3].map(() => {
      open.select();
      return open.takeIdle();
    });
    expect(taken).toEqual([0, 4, -1, 3]);
  });

  test('wait for a connection of the selected target', () => {
    const { open } = arrivals('round-robin');
    for (let i = 0; i < 3; i++) {
      open.select();
      open.enqueue();
      open.advance();
    }
    expect([open.queued, open.next(2, 0, 1), open.next(5, 0, 1), open.next(1, 0, 1)]).toEqual([3, 2e6, -1, 1e6]);
    expect([open.takeOverdue(0), open.takeOverdue(0.5), open.target, open.queued]).toEqual([-1, 0, 0, 0]);
  });

  test('count as pending while they wait', () => {
    const { selection, open } = arrivals('least-pending');
    selection.began(0);
    const chosen = [0, 1, 2].map(() => {
      open.select();
      open.enqueue();
      return open.target;
    });
    expect(chosen).toEqual([1, 2, 0]);
  });
});
