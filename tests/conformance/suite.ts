import { describe, test } from 'vitest';
import { type ModelName, models } from '../../servers/model-catalog.ts';
import { basicTransport } from '../../servers/transport.ts';
import { whyMissing } from '../requirements.ts';
import { appSuites } from './app-suites.ts';
import { cells, scopeOf, workingModels } from './cells.ts';
import { describeLifetime } from './lifetime.ts';
import { workSuites } from './work.ts';

/**
 * Tests every promise of a model (see servers/contract.ts), with the apps and transports that cells.ts selects: all
 * that it can carry, or some of them.
 */
export function conformance(model: ModelName): void {
  const { needs } = models[model];
  const reason = needs === null ? undefined : whyMissing(needs === 'io_uring' ? 'uring' : needs);
  if (reason !== undefined) {
    test.skip(`${model} is unavailable here: ${reason}`);
    return;
  }
  const scope = scopeOf();
  for (const subject of cells(scope).filter((cell) => cell.model === model)) {
    const { app, transport } = subject;
    describe(`${model} serves ${app} over ${transport}`, () => appSuites[app][basicTransport(transport)]?.(subject));
  }
  for (const transport of models[model].transports) {
    if (workingModels(scope).includes(model) && transport !== 'unix') {
      describe(`${model} over ${transport} has requests with a cost:`, () =>
        workSuites[basicTransport(transport)](model, transport));
    }
    describe(`${model} over ${transport} starts and stops:`, () => describeLifetime(model, transport));
  }
}
