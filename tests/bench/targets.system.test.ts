import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { allowOpenFiles } from '../../bench/run/open-files.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { type ModelName, modelNames, models } from '../../servers/model-catalog.ts';
import { raiseOpenFileLimit } from '../../sockets/os/process.ts';
import { processTree } from '../servers/process-tree.ts';
import { counted, measureModels, measureTargets, onlyTrial, resultOf, startMeasuring } from './measured.ts';

/** Number of processes of models that have several: with one connection, on one CPU. */
const leastProcesses: Partial<Record<ModelName, number>> = {
  'process-per-connection': 2,
  cluster: 2,
  'cluster-reuseport': 2,
  balanced: 3,
};

test('each model is measured over each of its transports, with its process tree, and with the work of requests', async () => {
  const trialOf = await measureModels('-c', '1', '--work', 'cpu:300us+io:50ms', ...counted(5));
  for (const model of modelNames.filter((name) => whyUnavailable(name) === undefined)) {
    for (const transport of models[model].transports) {
      const trial = trialOf(model, transport);
      const server = `${model} over ${transport}`;
      expect(trial.opening, server).toMatchObject({ opened: 1, answered: 1 });
      expect(trial, server).toMatchObject({ work: 'cpu:300us+io:50ms', cacheHit: 0 });
      const all = { sent: 5, completed: 5, errors: 0, corrupted: 0, timedOut: 0 };
      expect(trial.requests, server).toMatchObject(all);
      const { service, response } = trial.latencyMicros;
      expect(service?.p50 ?? response.p50, server).toBeGreaterThanOrEqual(50_000);
      expect(trial.server?.cpuMicrosPerRequest, server).toBeGreaterThanOrEqual(300);
      expect(trial.server?.peakPssBytes, server).toBeGreaterThan(10e6);
      expect(trial.server?.peakRssBytes, server).toBeGreaterThanOrEqual(trial.server?.peakPssBytes ?? Number.NaN);
      expect(trial.server?.processes, server).toBeGreaterThanOrEqual(leastProcesses[model] ?? 1);
    }
  }
});

describe('the memory cost of a connection', () => {
  async function measured(...flags: readonly string[]): Promise<number | undefined> {
    return onlyTrial(await measureTargets(...flags)).server?.memoryBytesPerConnection;
  }

  test('is above one MiB for a thread, and below for a callback', async () => {
    expect(await measured('--model', 'thread-per-connection', '-c', '16')).toBeGreaterThan(2 ** 20);
    expect(await measured('--model', 'event-driven', '-c', '64')).toBeLessThan(2 ** 20);
  });

  test.each([
    ['with a connection for each request', ['-c', '4', '--connection', 'per-request']],
    ['for an upload, whose connections are never idle', ['-c', '4', '--workload', 'upload']],
  ])('is not reported %s', async (_, flags) => {
    expect(await measured('--model', 'event-driven', ...flags)).toBeUndefined();
  });

  test('is not reported when some connections were not answered', async () => {
    const flags = ['--model', 'iterative', '-c', '4', '--open-timeout', '300ms', '--timeout', '300ms'];
    expect(await measured(...flags)).toBeUndefined();
  });
});

test('a server that is killed during the measurement is a failed target', async () => {
  const program = startMeasuring('--model', 'async', '-d', '60s', '-r', '2');
  const measuring = await program.waitForOutput(/./);
  expect(measuring).not.toBeNull();
  const host = await hostOf(program.process.pid ?? 0);
  process.kill(host, 'SIGKILL');
  // The second round runs without it: to prove that, ending the program is enough.
  const second = await hostOf(program.process.pid ?? 0, host);
  program.process.kill('SIGINT');
  const { code, result } = await resultOf(program);
  expect(second).not.toBe(host);
  expect(code).toBe(130);
  expect(result.failures).toHaveLength(1);
  expect(result.failures[0]).toMatchObject({
    target: 'async',
    round: 1,
    message: 'server async was killed by SIGKILL',
  });
});

test('10,000 connections are held open and answered correctly', async ({ skip }) => {
  skip(raiseOpenFileLimit(10_064) < 10_064, 'this process may not open 10,064 files');
  for (const model of ['event-driven', 'epoll']) {
    const patience = ['--open-timeout', '20s', '--timeout', '20s'];
    const load = ['-c', '10000', ...counted(20_000), ...patience];
    const trial = onlyTrial(await measureTargets('--model', model, ...load));
    expect(trial.opening).toMatchObject({ opened: 10_000, answered: 10_000 });
    expect(trial.requests).toMatchObject({ timedOut: 0, errors: 0, corrupted: 0, unsolicited: 0 });
    expect(trial.requests.sent).toBe(trial.requests.completed);
  }
});

test('more connections than the limit of open files are refused, with advice', () => {
  expect(() => allowOpenFiles(1000, 1, () => 1063)).toThrow(
    /1000 need 1064 open files.*may open 1063.*ulimit -Hn 1064/,
  );
  expect(() => allowOpenFiles(1000, 1, () => 1064)).not.toThrow();
  expect(() => allowOpenFiles(1000, 4, () => 4063)).toThrow(/1000, 4 times at once, need 4064 open files/);
});

/** Returns the pid of the server that a running program has started, other than `not`. */
async function hostOf(program: number, not = 0): Promise<number> {
  for (;;) {
    const host = processTree(program).find(({ pid }) => pid !== program && pid !== not && isHost(pid));
    if (host !== undefined) return host.pid;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isHost(pid: number): boolean {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) && readFileSync(file, 'utf8').includes('server-main.js');
}
