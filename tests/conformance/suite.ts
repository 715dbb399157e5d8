import { describe, test } from 'vitest';
import { type ModelName, models } from '../../servers/model-catalog.ts';
import { basicTransport } from '../../servers/transport.ts';
import { whyMissing } from '../requirements.ts';
import { appSuites } from './app-suites.ts';
import { cells, scopeOf, testsStarts, testsWork } from './cells.ts';
import { describeEnding, describeLifetime } from './lifetime.ts';
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
  const subjects = cells(scope).filter((cell) => cell.model === model);
  for (const subject of subjects) {
    const { app, transport } = subject;
    describe(`${model} serves ${app} over ${transport}`, () => appSuites[app][basicTransport(transport)]?.(subject));
  }
  for (const transport of models[model].transports) {
    if (testsWork(scope, model, transport)) {
      describe(`${model} over ${transport} has requests with a cost:`, () =>
        workSuites[basicTransport(transport)](model, transport));
    }
    if (testsStarts(scope, model, transport)) {
      describe(`${model} over ${transport} starts:`, () => describeLifetime(model, transport));
    }
    // The suite of echo ends with the same tests.
    if (!subjects.some((subject) => subject.app === 'echo' && subject.transport === transport)) {
      describe(`${model} over ${transport} stops:`, () => describeEnding(model, transport));
    }
  }
}
