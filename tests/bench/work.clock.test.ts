import { describe, expect, test } from 'vitest';
import type { Trial } from '../../bench/model/trial.ts';
import { type ModelName, modelNames, models, whyUnavailable } from '../../servers/catalog.ts';
import { accountedFor, onlyTrial, resultOf, startMeasuring } from './measured.ts';

const here = modelNames.filter((name) => whyUnavailable(name) === undefined);
const cases = here.flatMap((model) => models[model].transports.map((transport) => [model, transport] as const));

async function trialOf(model: ModelName, ...flags: readonly string[]): Promise<Trial> {
  return onlyTrial(await resultOf(startMeasuring('--model', model, ...flags)));
}

describe.each(cases)('%s over %s', (model, transport) => {
  test('waits for each request and burns CPU time for it', async () => {
    const trial = await trialOf(model, '--transport', transport, '-c', '1', '--work', 'cpu:300us+io:50ms');
    expect(trial).toMatchObject({ work: 'cpu:300us+io:50ms', cacheHit: 0 });
    expect(trial.requests.completed).toBeGreaterThan(0);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(trial.requests).toMatchObject({ corrupted: 0, errors: 0 });
    const { service, response } = trial.latencyMicros;
    expect(service?.p50 ?? response.p50).toBeGreaterThanOrEqual(50_000);
    // A wait that was made twice would show.
    expect(response.p50).toBeLessThan(2 * 50_000);
    expect(trial.server?.cpuMicrosPerRequest).toBeGreaterThanOrEqual(300);
  });
});

describe('work tells models apart:', () => {
  /** Requests that 16 connections had answered for each wait of 5 ms. */
  async function answeredAtOnce(model: ModelName): Promise<number> {
    const flags = ['-c', '16', '--work', 'io:5ms', '--open-timeout', '1s', '-d', '500ms'];
    const { requests, measuredSeconds } = await trialOf(model, ...flags);
    return (requests.completed * 0.005) / measuredSeconds;
  }

  test.skipIf(whyUnavailable('iterative'))('who blocks answers one request at a time', async () => {
    expect(await answeredAtOnce('iterative')).toBeLessThan(1.5);
  });

  test.each(['async', 'event-driven'] as const)('%s answers others while one waits', async (model) => {
    const answered = await answeredAtOnce(model);
    expect(answered).toBeGreaterThan(2);
    expect(answered).toBeLessThan(17);
  });
});

test('requests in flight on one connection are worked for each by itself', async () => {
  const trial = await trialOf('async', '-c', '2', '-p', '4', '--work', 'io:4ms');
  expect(trial.requests).toMatchObject({ corrupted: 0, errors: 0, timedOut: 0 });
  expect(trial.requests.completed).toBeGreaterThan(0);
  // Two connections, each with one wait at a time, and those that came with it.
  expect((trial.requests.completed * 0.004) / trial.measuredSeconds).toBeLessThan(2 + 2);
});

test('what is found in a cache costs nothing', async () => {
  const { requests, cacheHit } = await trialOf('async', '-c', '1', '--work', 'io:500ms', '--cache-hit', '1');
  expect(cacheHit).toBe(1);
  expect(requests.completed).toBeGreaterThan(10);
});
