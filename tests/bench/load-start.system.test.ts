import { expect, onTestFinished, test } from 'vitest';
import type * as Generators from '../../bench/load/generator.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { operatingPoint } from '../../bench/model/operating-point.ts';
import { tcpServer } from './measured.ts';

/** Compiled: the generator's threads need JavaScript. */
const built = new URL('../../dist/bench/load/generator.js', import.meta.url).href;
const { Generator }: typeof Generators = await import(built);

const CONNECTIONS = 4;
const THREADS = 2;
const WINDOWS = 2;
const AHEAD_NANOS = 100e6;
const RATE = { profile: { start: 2000, stages: [], holdMs: 0 }, arrivals: 'constant' } as const;

test.each([
  ['in a closed loop', null, 'kernel', 0],
  ['in a closed loop with its own timestamps, after a warm-up', null, 'user', 20e6],
  ['at a rate', RATE, 'kernel', 0],
] as const)(
  '%s, no thread sends a request before the start of a window',
  async (_, arrivals, timestamps, warmupNanos) => {
    /** When the server received something. */
    const received: number[] = [];
    const url = await tcpServer((socket) => {
      socket.on('data', (bytes) => {
        received.push(nowNanos());
        socket.write(bytes);
      });
    });
    const point = operatingPoint({ connections: CONNECTIONS });
    const generator = new Generator({
      ...{
        point,
        address: { host: '127.0.0.1', port: Number(new URL(url).port) },
        threads: THREADS,
        cpus: [],
        arrivals,
      },
      ...{ levels: null, requests: null, windows: WINDOWS, streamKey: { seed: 1 }, timestamps, timeoutMs: 20_000 },
      ...{ protocol: { kind: 'echo', sizes: point.sizes }, openTimeoutMs: 20_000 },
    });
    onTestFinished(() => generator.stop());
    expect(await generator.opened()).toMatchObject({ answered: CONNECTIONS });
    for (let window = 0; window < WINDOWS; window++) {
      received.length = 0;
      const begin = nowNanos() + AHEAD_NANOS;
      const warmupEnd = begin + warmupNanos;
      generator.go({ begin, warmupEnd, measureEnd: warmupEnd + 50e6, drainEnd: warmupEnd + 20e9 });
      const reports = await generator.threadReports();
      expect(reports).toHaveLength(THREADS);
      // Clocks of threads differ by up to a microsecond.
      for (const { startedNanos } of reports) expect(startedNanos).toBeGreaterThan(begin - 5000);
      expect(Math.min(...received)).toBeGreaterThan(begin - 5000);
    }
  },
);
