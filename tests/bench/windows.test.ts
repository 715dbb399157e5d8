import { describe, expect, onTestFinished, test } from 'vitest';
import type * as Generators from '../../bench/load/generator.ts';
import type { LoadReport } from '../../bench/load/load-report.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import type { AppName } from '../../servers/apps/catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { WorkSpec } from '../../servers/work/spec.ts';
import { formatAddress } from '../../sockets/address.ts';
import { ServerProcess } from '../servers/server-process.ts';

/** Its threads need JavaScript. */
const built = new URL('../../dist/bench/load/generator.js', import.meta.url).href;
const { Generator }: typeof Generators = await import(built);

const CONNECTIONS = 3;
const WINDOWS = 3;
const WINDOW_NANOS = 40e6;
const DRAIN_NANOS = 2e9;

type Load = Pick<Generators.LoadPlan, 'arrivals'>;

const loads: readonly [string, Load][] = [
  ['in a closed loop', { arrivals: null }],
  ['at a rate', { arrivals: { profile: { start: 1000, stages: [], holdMs: 0 }, arrivals: 'constant', seed: 1 } }],
];

/** Each request waits for most of a window. */
const slow: WorkSpec = { parts: [{ share: 1, cpuNanos: 0, ioNanos: 30e6 }], cacheHit: 0, requestBytes: 64, seed: 1 };

/** A load for some windows; generator and server end with the test. */
async function start(
  app: AppName,
  transport: TransportName,
  load: Load,
  work?: WorkSpec,
): Promise<Generators.Generator> {
  const server = await ServerProcess.start({ model: 'event-driven', app, transport, ...(work && { work }) });
  onTestFinished(() => server.kill());
  const generator = new Generator({
    point: {
      ...{ transport, app, workload: 'request-response', connection: 'pooled', connections: CONNECTIONS },
      ...{ pipelining: 1, sizes: fixedSize(64) },
    },
    ...load,
    ...{ address: server.address, threads: 1, cpus: [], levels: null, requests: null, windows: WINDOWS },
    ...{ timestamps: 'user', timeoutMs: 2000, openTimeoutMs: 3000 },
    ...(app === 'http' && { http: { host: formatAddress(server.address), path: '/', page: null } }),
  });
  onTestFinished(() => generator.stop());
  expect(await generator.opened()).toMatchObject({ opened: CONNECTIONS, answered: CONNECTIONS });
  return generator;
}

function go(generator: Generators.Generator): Promise<LoadReport> {
  const begin = nowNanos();
  const measureEnd = begin + WINDOW_NANOS;
  generator.go({ begin, warmupEnd: begin, measureEnd, drainEnd: measureEnd + DRAIN_NANOS });
  return generator.finished();
}

describe.each<[AppName, TransportName]>([
  ['echo', 'tcp'],
  ['echo', 'udp'],
  ['echo', 'tls'],
  ['websocket', 'tcp'],
  ['http', 'tcp'],
])('windows of %s over %s', (app, transport) => {
  // WebSockets take no work, as a library answers them; over TLS the engine is the same.
  if (app !== 'websocket') {
    test('know how long requests were in flight, with those that end when the window is over', async () => {
      const generator = await start(app, transport, { arrivals: null }, slow);
      for (let window = 0; window < WINDOWS; window++) {
        const { counts, latencies, inFlightSeconds } = await go(generator);
        expect(counts.completed).toBeGreaterThanOrEqual(CONNECTIONS);
        const responseSeconds = (latencies.response.mean * counts.completed) / 1e9;
        expect(inFlightSeconds / responseSeconds).toBeGreaterThan(0.97);
        expect(inFlightSeconds / responseSeconds).toBeLessThan(1.03);
      }
    });
  }

  // autocannon's client keeps no rate.
  test.each(loads.filter(([, { arrivals }]) => app !== 'http' || arrivals === null))(
    '%s: each counts its own requests, over the same connections',
    async (_, load) => {
      const generator = await start(app, transport, load);
      for (let window = 0; window < WINDOWS; window++) {
        const before = generator.completed();
        const { counts, latencies } = await go(generator);
        expect(counts).toMatchObject({ timedOut: 0, errors: 0, corrupted: 0, unsolicited: 0 });
        expect(counts.completed).toBeGreaterThan(0);
        expect(counts.completed).toBe(counts.sent);
        expect(latencies.response.count).toBe(counts.completed);
        expect(generator.completed() - before).toBe(counts.completed);
      }
    },
  );
});
