import { RequestParser } from '../../../servers/apps/http/request-parser.ts';
import { streamOf } from '../../../servers/random/streams.ts';
import { libc, whyNoLibc } from '../../../sockets/libc.ts';
import { makePacer } from '../../load/arrivals/pacer.ts';
import { EchoContent } from '../../load/protocols/echo-content.ts';
import { nowNanos } from '../../measure/clock.ts';
import { Histogram } from '../../measure/histogram.ts';
import type { HotPath } from './hot-path.ts';
import { protocolPaths } from './protocol-paths.ts';
import { tlsPath } from './tls-path.ts';

/** Response times to record: few enough for a cache, spread over three decades. */
const random = streamOf('micro values', { seed: 1 });
const LATENCIES = Float64Array.from({ length: 1024 }, () => 10_000 * 1000 ** random());

function pacing(arrivals: 'constant' | 'poisson'): HotPath {
  return {
    name: `pacer-${arrivals}`,
    summary: `when the next request of a ${arrivals} rate is due`,
    prepare() {
      const profile = { start: 1000, stages: [], holdMs: 0 };
      const pacer = makePacer({ profile, arrivals, streamKey: { seed: 1 }, thread: 0, threads: 1 });
      return {
        repeat(times) {
          let due = 0;
          for (let i = 0; i < times; i++) due = pacer.next();
          return due;
        },
      };
    },
  };
}

function comparing(size: 64 | 16_384): HotPath {
  return {
    name: `payload-${size}`,
    summary: `compares the ${size} bytes of a reply with what was sent`,
    prepare() {
      const content = new EchoContent(size, { seed: 1 });
      const inbox = new Uint8Array(size);
      content.write(inbox, 0, size, 1, 1);
      return {
        repeat(times) {
          let equal = 0;
          for (let i = 0; i < times; i++) equal += content.equal(inbox, 0, 0, size, 1, 1);
          return equal;
        },
      };
    },
  };
}

/** A request as curl sends it, without its User-Agent. */
const REQUEST = new TextEncoder().encode('GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: */*\r\n\r\n');

/** The paths that `sockbench micro` measures: what the generator and the http app do for each request in user space. */
export const hotPaths: readonly HotPath[] = [
  {
    name: 'histogram-record',
    summary: 'records a response time in the histogram that threads share',
    prepare() {
      const histogram = new Histogram();
      return {
        repeat(times) {
          for (let i = 0; i < times; i++) histogram.record(LATENCIES[i & 1023] as number);
          return times;
        },
      };
    },
  },
  pacing('constant'),
  pacing('poisson'),
  comparing(64),
  comparing(16_384),
  {
    name: 'clock',
    summary: 'reads the monotonic clock',
    prepare: () => ({
      repeat(times) {
        let now = 0;
        for (let i = 0; i < times; i++) now = nowNanos();
        return now;
      },
    }),
  },
  {
    name: 'ffi-call',
    summary: 'calls a C function that does almost nothing: memcmp(3) of no bytes',
    whyNot: whyNoLibc,
    prepare() {
      const { memcmp } = libc();
      return {
        repeat(times) {
          let differing = 0;
          for (let i = 0; i < times; i++) differing += memcmp(0, 0, 0);
          return differing;
        },
      };
    },
  },
  {
    name: 'http-parse',
    summary: `reads an HTTP request of ${REQUEST.length} bytes, as the http app does`,
    prepare() {
      const parser = new RequestParser();
      return {
        repeat(times) {
          let read = 0;
          for (let i = 0; i < times; i++) {
            read += parser.read(REQUEST, 0, REQUEST.length);
            parser.next();
          }
          return read;
        },
      };
    },
  },
  ...protocolPaths,
  tlsPath,
];
