import { expect, test } from 'vitest';
import { type OperatingPoint, operatingPoint } from '../../bench/model/operating-point.ts';
import type { TrialSpec } from '../../bench/run/planner.ts';
import { Readings } from '../../bench/run/readings.ts';
import type { RunningTarget } from '../../bench/run/running-target.ts';
import type { ServerReading } from '../../bench/run/server-reading.ts';

/** Returns the reported memory of a connection, for a server of 1 MB that has 5 MB when four connections are open. */
async function memoryOf(point: Partial<OperatingPoint>, answered = 4, known = true): Promise<number | undefined> {
  let pssBytes = known ? 1e6 : null;
  const reading = (): ServerReading => ({
    usage: { cpuNanos: 0, threads: 1, processes: 1, contextSwitches: 0 },
    memory: { peakRssBytes: 5e6, peakPssBytes: 5e6 },
    ...{ pssBytes, livingCpuNanos: 0, drops: 0, kernel: null },
  });
  const target: RunningTarget = {
    ...{ address: { host: '127.0.0.1', port: 7 }, pids: null, died: new Promise<never>(() => undefined) },
    ...{ watch: () => undefined, lost: async () => [], stop: async () => undefined },
    meter: { read: async () => reading() },
  };
  const readings = await Readings.begin(target);
  pssBytes = known ? 5e6 : null;
  const load = operatingPoint({ connections: 4, ...point });
  const spec: TrialSpec = { ...load, target: { kind: 'model', model: 'async' }, round: 1 };
  await readings.opened(spec, { seconds: 1, opened: 4, answered, lastErrno: 0 });
  await readings.startMeasuring(0);
  await readings.stopMeasuring(100);
  const server = await readings.server();
  expect(server).not.toBeNull();
  return server?.memoryBytesPerConnection;
}

test.each<[string, Partial<OperatingPoint>]>([
  ['of requests', {}],
  ['of a chat', { app: 'chat', workload: 'broadcast' }],
])('the memory cost of a connection %s is what the opening added, for each', async (_, point) => {
  expect(await memoryOf(point)).toBe(1e6);
});

test.each<[string, Partial<OperatingPoint>]>([
  ['with a connection for each request', { connection: 'per-request' }],
  ['for an upload, whose connections are never idle', { app: 'discard', workload: 'upload' }],
  ['for a download, whose connections are never idle', { app: 'chargen', workload: 'download' }],
  ['for handshakes', { transport: 'tls', workload: 'handshake' }],
])('it is not reported %s', async (_, point) => {
  expect(await memoryOf(point)).toBeUndefined();
});

test('it is not reported when some connections were not answered', async () => {
  expect(await memoryOf({}, 3)).toBeUndefined();
});

test('it is not reported when the memory of the server is not known', async () => {
  expect(await memoryOf({}, 4, false)).toBeUndefined();
});
