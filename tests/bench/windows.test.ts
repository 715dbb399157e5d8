import { describe, expect, onTestFinished, test } from 'vitest';
import type * as Generators from '../../bench/load/generator.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import type { AppName } from '../../servers/apps/catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
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

describe.each<[AppName, TransportName]>([
  ['echo', 'tcp'],
  ['echo', 'udp'],
  ['echo', 'tls'],
  ['websocket', 'tcp'],
  ['http', 'tcp'],
])('windows of %s over %s', (app, transport) => {
  // autocannon's client keeps no rate.
  test.each(loads.filter(([, { arrivals }]) => app !== 'http' || arrivals === null))(
    '%s: each counts its own requests, over the same connections',
    async (_, load) => {
      const server = await ServerProcess.start({ model: 'event-driven', app, transport });
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
      for (let window = 0; window < WINDOWS; window++) {
        const before = generator.completed();
        const begin = nowNanos();
        const measureEnd = begin + WINDOW_NANOS;
        generator.go({ begin, warmupEnd: begin, measureEnd, drainEnd: measureEnd + DRAIN_NANOS });
        const { counts, latencies } = await generator.finished();
        expect(counts).toMatchObject({ timedOut: 0, errors: 0, corrupted: 0, unsolicited: 0 });
        expect(counts.completed).toBeGreaterThan(0);
        expect(counts.completed).toBe(counts.sent);
        expect(latencies.response.count).toBe(counts.completed);
        expect(generator.completed() - before).toBe(counts.completed);
      }
    },
  );
});
