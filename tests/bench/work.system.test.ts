import { describe, expect, test } from 'vitest';
import type { Trial } from '../../bench/model/trial.ts';
import { type ModelName, modelNames, models, whyUnavailable } from '../../servers/catalog.ts';
import { onlyTrial, resultOf, startMeasuring } from './measured.ts';

const here = modelNames.filter((name) => whyUnavailable(name) === undefined);
const cases = here.flatMap((model) => models[model].transports.map((transport) => [model, transport] as const));

async function trialOf(model: ModelName, ...flags: readonly string[]): Promise<Trial> {
  return onlyTrial(await resultOf(startMeasuring('--model', model, ...flags)));
}

describe.each(cases)('%s over %s', (model, transport) => {
  test('waits for each request and burns CPU time for it', async () => {
    const trial = await trialOf(
      model,
      '--transport',
      transport,
      '-c',
      '1',
      '--work',
      'cpu:300us+io:50ms',
      '-n',
      '5',
      '-d',
      '60s',
    );
    expect(trial).toMatchObject({ work: 'cpu:300us+io:50ms', cacheHit: 0 });
    expect(trial.requests).toMatchObject({ sent: 5, completed: 5, corrupted: 0, errors: 0 });
    const { service, response } = trial.latencyMicros;
    expect(service?.p50 ?? response.p50).toBeGreaterThanOrEqual(50_000);
    expect(trial.server?.cpuMicrosPerRequest).toBeGreaterThanOrEqual(300);
  });
});
