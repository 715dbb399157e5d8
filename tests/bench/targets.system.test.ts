import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allowOpenFiles } from '../../bench/run/open-files.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { type ModelName, modelNames, models } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import { raiseOpenFileLimit } from '../../sockets/os/process.ts';
import { KINDS, scopeOf } from '../conformance/cells.ts';
import { processTree } from '../servers/process-tree.ts';
import { counted, measureModels, measureTargets, onlyTrial, resultOf, startMeasuring } from './measured.ts';

/** Number of processes of models that have several: with one connection, on one CPU. */
const leastProcesses: Partial<Record<ModelName, number>> = {
  'process-per-connection': 2,
  cluster: 2,
  'cluster-reuseport': 2,
  balanced: 3,
};

/** Models of one kind serve streams with the same code: see the conformance tests. */
const ofKinds: readonly ModelName[] = scopeOf() === 'full' ? modelNames : Object.values(KINDS);
/** Bounds against hanging on a busy machine. */
const patience = ['--open-timeout', '20s', '--timeout', '20s'];
const basic: readonly TransportName[] = ['tcp', 'udp'];
const others: readonly TransportName[] = ['tls', 'unix'];

test.each([
  ['each model', modelNames, basic],
  ['a model of each kind', ofKinds, others],
])('%s is measured over its transports, with its process tree, and with the work of requests', async (_, ...which) => {
  const [names, transports] = which;
  const available = names.filter((name) => whyUnavailable(name) === undefined);
  const load = ['-c', '1', '--work', 'cpu:300us+io:50ms', ...counted(5), ...patience];
  const trialOf = await measureModels(available, transports, ...load);
  for (const model of available) {
    for (const transport of models[model].transports.filter((each) => transports.includes(each))) {
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

test.each([
  ['above', 'thread', 'thread-per-connection', 8, 1],
  ['below', 'callback', 'event-driven', 64, -1],
])('the memory cost of a connection is %s one MiB for a %s', async (_, __, model, connections, sign) => {
  const load = ['-c', String(connections), ...counted(connections), ...patience];
  const { server } = onlyTrial(await measureTargets('--model', model, ...load));
  expect(Math.sign((server?.memoryBytesPerConnection ?? Number.NaN) - 2 ** 20)).toBe(sign);
});

test('a server that is killed during the measurement is a failed target', async () => {
  const program = startMeasuring('--model', 'async', '-R', '100', '-d', '60s', '-r', '2');
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
    const load = ['-c', '10000', ...counted(10_000), ...patience];
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
