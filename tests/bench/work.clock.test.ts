import { describe, expect, test } from 'vitest';
import type { Trial } from '../../bench/model/trial.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import { KINDS } from '../conformance/cells.ts';
import { counted, measureModels, measureTargets, onlyTrial } from './measured.ts';

async function trialOf(model: ModelName, ...flags: readonly string[]): Promise<Trial> {
  return onlyTrial(await measureTargets('--model', model, ...flags));
}

// How a model waits differs by kind of I/O; that each model waits at all is tested in targets.system.test.ts.
test('a model of each kind waits for a request once', async () => {
  const kinds = Object.values(KINDS).filter((model) => whyUnavailable(model) === undefined);
  const load = ['-c', '1', '--work', 'cpu:300us+io:600ms', ...counted(3)];
  const waited = await measureModels(kinds, ['tcp'], ...load);
  for (const model of kinds) {
    const { p50 } = waited(model, 'tcp').latencyMicros.response;
    expect(p50, model).toBeGreaterThanOrEqual(600_000);
    // A second wait would take longer than a busy machine keeps a request waiting.
    expect(p50, model).toBeLessThan(2 * 600_000);
  }
});

describe('under work', () => {
  /** Returns how many of 16 connections were answered during each wait. */
  async function answeredAtOnce(model: ModelName, waitMs: number, ...flags: readonly string[]): Promise<number> {
    const load = ['-c', '16', '--work', `io:${waitMs}ms`, ...flags];
    const { requests, measuredSeconds } = await trialOf(model, ...load);
    return (requests.completed * waitMs) / 1000 / measuredSeconds;
  }

  test.skipIf(whyUnavailable('iterative'))('a blocking app answers one request at a time', async () => {
    expect(await answeredAtOnce('iterative', 5, '--open-timeout', '1s', '-d', '500ms')).toBeLessThan(1.5);
  });

  // One request for each connection: one after another they would take 8 s.
  test.each(['async', 'event-driven'] as const)('%s answers others while one waits', async (model) => {
    const answered = await answeredAtOnce(model, 500, '-n', '16', '-d', '60s');
    expect(answered).toBeGreaterThan(2);
    expect(answered).toBeLessThan(17);
  });
});

test('requests in flight on one connection have their work done separately', async () => {
  const trial = await trialOf('async', '-c', '2', '-p', '4', '--work', 'io:4ms', '-d', '500ms');
  expect(trial.requests).toMatchObject({ corrupted: 0, errors: 0, timedOut: 0 });
  expect(trial.requests.completed).toBeGreaterThan(0);
  // Two connections, each with one wait at a time, and those that came with it.
  expect((trial.requests.completed * 0.004) / trial.measuredSeconds).toBeLessThan(2 + 2);
});

test('a cache hit costs nothing', async () => {
  // Twenty waits would take 20 s.
  const flags = ['-c', '1', '--work', 'io:1s', '--cache-hit', '1', '-n', '20', '-d', '60s'];
  const { requests, cacheHit, measuredSeconds } = await trialOf('async', ...flags);
  expect(cacheHit).toBe(1);
  expect(requests.completed).toBe(20);
  expect(measuredSeconds).toBeLessThan(10);
});
