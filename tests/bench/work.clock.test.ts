import { describe, expect, test } from 'vitest';
import type { Trial } from '../../bench/model/trial.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import { KINDS } from '../conformance/cells.ts';
import { measureTargets, onlyTrial } from './measured.ts';

async function trialOf(model: ModelName, ...flags: readonly string[]): Promise<Trial> {
  return onlyTrial(await measureTargets('--model', model, ...flags));
}

// How a model waits differs by kind of I/O; that each model waits at all is tested in targets.system.test.ts.
test.each(Object.values(KINDS).filter((model) => whyUnavailable(model) === undefined))(
  '%s waits for a request once',
  async (model) => {
    const { latencyMicros } = await trialOf(model, '-c', '1', '--work', 'cpu:300us+io:50ms', '-n', '5', '-d', '60s');
    expect(latencyMicros.response.p50).toBeGreaterThanOrEqual(50_000);
    expect(latencyMicros.response.p50).toBeLessThan(2 * 50_000);
  },
);

describe('under work', () => {
  /** Returns how many requests of 16 connections were answered for each wait of 5 ms. */
  async function answeredAtOnce(model: ModelName): Promise<number> {
    const flags = ['-c', '16', '--work', 'io:5ms', '--open-timeout', '1s', '-d', '500ms'];
    const { requests, measuredSeconds } = await trialOf(model, ...flags);
    return (requests.completed * 0.005) / measuredSeconds;
  }

  test.skipIf(whyUnavailable('iterative'))('a blocking app answers one request at a time', async () => {
    expect(await answeredAtOnce('iterative')).toBeLessThan(1.5);
  });

  test.each(['async', 'event-driven'] as const)('%s answers others while one waits', async (model) => {
    const answered = await answeredAtOnce(model);
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
  const flags = ['-c', '1', '--work', 'io:500ms', '--cache-hit', '1', '-d', '500ms'];
  const { requests, cacheHit } = await trialOf('async', ...flags);
  expect(cacheHit).toBe(1);
  expect(requests.completed).toBeGreaterThan(10);
});
