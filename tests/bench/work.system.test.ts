import { expect, test } from 'vitest';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { modelNames, models } from '../../servers/model-catalog.ts';
import { counted, measureModels } from './measured.ts';

test('each model waits for each request over each of its transports, and uses CPU time for it', async () => {
  const trialOf = await measureModels('-c', '1', '--work', 'cpu:300us+io:50ms', ...counted(5));
  for (const model of modelNames.filter((name) => whyUnavailable(name) === undefined)) {
    for (const transport of models[model].transports) {
      const trial = trialOf(model, transport);
      const server = `${model} over ${transport}`;
      expect(trial, server).toMatchObject({ work: 'cpu:300us+io:50ms', cacheHit: 0 });
      expect(trial.requests, server).toMatchObject({ sent: 5, completed: 5, corrupted: 0, errors: 0 });
      const { service, response } = trial.latencyMicros;
      expect(service?.p50 ?? response.p50, server).toBeGreaterThanOrEqual(50_000);
      expect(trial.server?.cpuMicrosPerRequest, server).toBeGreaterThanOrEqual(300);
    }
  }
});
