import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as Generators from '../../bench/load/generator.ts';
import type { LoadReport } from '../../bench/load/load-report.ts';
import type { ThreadMessage } from '../../bench/load/thread-reports.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { operatingPoint } from '../../bench/model/operating-point.ts';
import { protocolSpec } from '../../bench/run/protocol-spec.ts';
import { median } from '../../bench/stats/median.ts';
import type { AppName } from '../../servers/apps/app-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { WorkSpec } from '../../servers/work/spec.ts';
import { formatAddress } from '../../sockets/address.ts';
import { ServerProcess } from '../servers/server-process.ts';
import { PATIENCE_MS } from '../servers/until.ts';
import { tcpServer, tlsServer } from './measured.ts';

/** Compiled: the generator's threads need JavaScript. */
const built = new URL('../../dist/bench/load/generator.js', import.meta.url).href;
const { Generator }: typeof Generators = await import(built);

const CONNECTIONS = 3;
const WINDOWS = 3;
const TIMED_WINDOWS = 7;
/** More than a test runs in its time limit. */
const MANY_WINDOWS = 10_000;
const WINDOW_NANOS = 40e6;
const DRAIN_NANOS = 20e9;

type Load = Pick<Generators.LoadPlan, 'arrivals'>;

const loads: readonly [string, Load][] = [
  ['in a closed loop', { arrivals: null }],
  ['at a rate', { arrivals: { profile: { start: 1000, stages: [], holdMs: 0 }, arrivals: 'constant' } }],
];

/** Work that takes most of a window for each request. */
const slow: WorkSpec = { parts: [{ share: 1, cpuNanos: 0, ioNanos: 30e6 }], cacheHit: 0, requestBytes: 64 };

/** Starts a generator for this address; stopped with the test. */
function generatorFor(
  address: Generators.LoadPlan['address'],
  point: Partial<Generators.LoadPlan['point']>,
  plan: Partial<Generators.LoadPlan> = {},
) {
  const all = operatingPoint({ connections: CONNECTIONS, ...point });
  const generator = new Generator({
    point: all,
    protocol: protocolSpec(all, { host: formatAddress(address), path: '/' }),
    ...{
      address,
      arrivals: null,
      threads: 1,
      cpus: [],
      levels: null,
      requests: null,
      windows: WINDOWS,
      streamKey: { seed: 1 },
    },
    ...{ timestamps: 'user', timeoutMs: 20_000, openTimeoutMs: 3000, ...plan },
  });
  onTestFinished(() => generator.stop());
  return generator;
}

/** Starts a load of some windows; generator and server end with the test. */
async function start(
  app: AppName,
  transport: TransportName,
  load: Load,
  work?: WorkSpec,
  windows = WINDOWS,
): Promise<Generators.Generator> {
  const server = await ServerProcess.start({ model: 'event-driven', app, transport, ...(work && { work }) });
  onTestFinished(() => server.kill());
  const generator = generatorFor(server.address, { transport, app }, { ...load, windows });
  expect(await generator.opened()).toMatchObject({ opened: CONNECTIONS, answered: CONNECTIONS });
  return generator;
}

function go(generator: Generators.Generator): Promise<LoadReport> {
  const begin = nowNanos();
  const measureEnd = begin + WINDOW_NANOS;
  generator.go({ begin, warmupEnd: begin, measureEnd, drainEnd: measureEnd + DRAIN_NANOS });
  return generator.finished();
}

/** Runs windows until all connections were served in one: on a busy machine, one may be over before they are reopened. */
async function goUntilAllServed(generator: Generators.Generator): Promise<LoadReport> {
  for (;;) {
    const report = await go(generator);
    if (report.starvedConnections === 0) return report;
  }
}

describe.each<[AppName, TransportName]>([
  ['echo', 'tcp'],
  ['echo', 'udp'],
  ['echo', 'tls'],
  ['websocket', 'tcp'],
  ['http', 'tcp'],
])('windows of %s over %s', (app, transport) => {
  // WebSockets take no work, because a library answers them.
  if (app !== 'websocket') {
    test('include the time in flight of requests that end after the window', async () => {
      const generator = await start(app, transport, { arrivals: null }, slow, TIMED_WINDOWS);
      const shares: number[] = [];
      for (let window = 0; window < TIMED_WINDOWS; window++) {
        const { counts, latencies, inFlightSeconds } = await go(generator);
        expect(counts.completed).toBeGreaterThanOrEqual(CONNECTIONS);
        shares.push((inFlightSeconds * 1e9) / (latencies.response.mean * counts.completed));
      }
      // Median of several windows: on a busy machine the generator may stop between two looks at the clock.
      expect(median(shares)).toBeGreaterThan(0.97);
      expect(median(shares)).toBeLessThan(1.03);
    });
  }

  test.each(loads)('%s: each counts its own requests over the same connections', async (_, load) => {
    const generator = await start(app, transport, load, undefined, MANY_WINDOWS);
    let completed = 0;
    // On a busy machine several windows may be over before the generator begins.
    for (let window = 0; window < WINDOWS || completed === 0; window++) {
      const before = generator.completed();
      const { counts, latencies } = await go(generator);
      expect(counts).toMatchObject({ timedOut: 0, errors: 0, corrupted: 0, unsolicited: 0 });
      completed += counts.completed;
      expect(counts.completed).toBe(counts.sent);
      expect(latencies.response.count).toBe(counts.completed);
      expect(generator.completed() - before).toBe(counts.completed);
    }
  });
});

test('a load that is stopped leaves out the windows that it has left', async () => {
  const reports: ThreadMessage['kind'][] = [];
  process.once('worker', (thread) => thread.on('message', ({ kind }: ThreadMessage) => reports.push(kind)));
  const generator = await start('echo', 'tcp', { arrivals: null }, undefined, MANY_WINDOWS);
  await go(generator);
  await generator.stop();
  // The thread may have been waiting for the next window: it ends that.
  expect(reports.slice(0, 2)).toEqual(['opened', 'finished']);
  expect(reports.length).toBeLessThanOrEqual(3);
});

describe.each<[string, Partial<Generators.LoadPlan['point']>]>([
  ['one by one', { transport: 'tcp' }],
  ['pipelined', { transport: 'tcp', pipelining: 2 }],
  ['over TLS', { transport: 'tls' }],
])('with requests %s, connections that the server closes', (_, point) => {
  /** Starts an echo server that is silent while `hold` is set. */
  const startHere = async () => {
    const sockets = new Set<Socket>();
    const server = { hold: false, sockets };
    const url = await (point.transport === 'tls' ? tlsServer : tcpServer)((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('data', (bytes) => server.hold || socket.write(bytes));
    });
    const generator = generatorFor({ host: '127.0.0.1', port: Number(new URL(url).port) }, point, {
      windows: MANY_WINDOWS,
    });
    expect(await generator.opened()).toMatchObject({ answered: CONNECTIONS });
    return { server, generator };
  };

  test('at the end of a window serve the next one again', async () => {
    const { server, generator } = await startHere();
    server.hold = true;
    const first = go(generator);
    await expect.poll(() => generator.doneNanos(), { timeout: PATIENCE_MS }).toBeDefined();
    // The load waits for the replies to their requests.
    for (const socket of server.sockets) socket.destroy();
    const depth = point.pipelining ?? 1;
    expect((await first).counts).toMatchObject({ completed: 0, errors: CONNECTIONS * depth });
    server.hold = false;
    const { counts } = await goUntilAllServed(generator);
    expect(counts).toMatchObject({ completed: counts.sent, errors: 0 });
  });

  test('between windows serve the next one again', async () => {
    const { server, generator } = await startHere();
    await go(generator);
    for (const socket of server.sockets) socket.end();
    const { counts } = await goUntilAllServed(generator);
    expect(counts.completed + counts.errors).toBe(counts.sent);
  });
});
