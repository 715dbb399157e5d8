import { expect, test } from 'vitest';
import { planRounds } from '../../bench/run/planner.ts';
import type * as runner from '../../bench/run/runner.ts';
import type * as trials from '../../bench/run/trial.ts';
import { processTree } from '../../sockets/os/process-tree.ts';
import { configuration } from './configurations.ts';

/** Returns the URL of a built module: a server's process is started from there. */
const built = (module: string) => new URL(`../../dist/bench/run/${module}.js`, import.meta.url).href;
const { prepare } = (await import(built('runner'))) as typeof runner;
const { runTrial } = (await import(built('trial'))) as typeof trials;

test('a fault between the start of a server and its load leaves no server running', async () => {
  const one = { ...configuration, targets: [{ kind: 'model', model: 'async' }] as const, connections: [1] };
  const [spec] = [...planRounds({ ...one, transports: ['tcp'], rounds: 1 })].flat();
  if (spec === undefined) throw new Error('there is a trial');
  const before = processTree(process.pid);
  const observer = {
    phase: () => undefined,
    sampled: () => undefined,
    loading: () => {
      throw new Error('broken');
    },
  };
  const trial = runTrial(spec, one, prepare(one), observer, new AbortController().signal);
  await expect(trial).rejects.toThrow('broken');
  expect(processTree(process.pid)).toEqual(before);
});
