import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { appsFor } from '../../bench/model/app-workload.ts';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { parseDuration } from '../../bench/model/units.ts';
import { parsed } from '../../scripts/cli/flag-types.ts';
import { readFlags } from '../../scripts/cli/flags.ts';
import { assertSizeApplies, readLoad, readWork } from '../../scripts/flags/load.ts';
import { appFlag, loadFlags } from '../../scripts/flags/options.ts';
import type { TransportName } from '../../servers/transport.ts';

const schema = z.strictObject({ ...appFlag, duration: parsed(parseDuration).prefault('10s'), ...loadFlags });

/** Returns the load that these flags describe, and their faults. */
function read(argv: Record<string, unknown>, ...transports: TransportName[]) {
  const flags = readFlags(schema, { _: ['run'], $0: 'sockbench', ...argv });
  const load = readLoad(flags);
  assertSizeApplies(flags, { ...load, transports });
  try {
    flags.assertNoFaults();
    return { load, faults: [] };
  } catch (error) {
    if (error instanceof ConfigurationError) return { load, faults: error.faults };
    throw error;
  }
}

test('the default load is messages of one size over pooled connections in a closed loop', () => {
  const { load, faults } = read({ seed: '7' });
  expect(faults).toEqual([]);
  expect(load).toEqual({
    app: 'echo',
    workload: 'request-response',
    connection: 'pooled',
    sizes: [{ from: 64, to: 64, share: 1 }],
    pipelining: 1,
    rate: null,
    arrivals: null,
    stages: [],
    requests: null,
    durationMs: 10_000,
    timestamps: 'kernel',
    websocketMessage: 'binary',
    deflate: false,
    exchange: null,
    threads: null,
    seed: 7,
    timeoutMs: 2000,
    openTimeoutMs: 3000,
    serverCpus: null,
    loadCpus: null,
  });
});

describe('the measurement lasts', () => {
  test.each<[string, Record<string, string | string[]>, object]>([
    ['for the given duration', { duration: '3s' }, { durationMs: 3000, requests: null }],
    ['for a number of requests, one hour at most', { requests: '500' }, { durationMs: 3_600_000, requests: 500 }],
    [
      'for a number of requests or the given duration',
      { requests: '500', duration: '3s' },
      { durationMs: 3000, requests: 500 },
    ],
    [
      'for the duration of the stages',
      { stage: ['1s:10,2s:20', '3s:0'] },
      {
        durationMs: 6000,
        stages: [
          { seconds: 1, target: 10 },
          { seconds: 2, target: 20 },
          { seconds: 3, target: 0 },
        ],
      },
    ],
    [
      'for the duration of the stages or a number of requests',
      { stage: '1s:10', requests: '5' },
      { durationMs: 1000, requests: 5 },
    ],
  ])('%s', (_, argv, expected) => {
    const { load, faults } = read(argv);
    expect(faults).toEqual([]);
    expect(load).toMatchObject(expected);
  });
});

describe('the load flags refuse', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['a duration beside stages', { duration: '3s', stage: '1s:10' }, ['--duration: the stages set the duration']],
    ['a stage with its parts swapped', { stage: '10:1s' }, ['--stage: ']],
    ['a fraction of a request', { requests: '1.5' }, ["--requests: '1.5' is not a whole number"]],
    ['a size in a download', { workload: 'download', size: '9' }, ['--size: in a download the server chooses']],
    ['a size of pages', { app: 'http', size: '9' }, ['--size: an HTTP server chooses']],
    ['a size of handshakes', { workload: 'handshake', size: '9' }, ['--size: a handshake sends no messages']],
    ['a size in a TCP upload', { workload: 'upload', size: '9' }, ['--size: a TCP upload is a stream']],
    ['an unknown workload', { workload: 'uplaod' }, ["unknown workload 'uplaod'; did you mean 'upload'?"]],
    ['an unknown use of connections', { connection: 'poold' }, ["unknown use of connections 'poold'; did you mean"]],
    [
      'an unknown source of timestamps',
      { timestamps: 'kernal' },
      ["unknown source of timestamps 'kernal'; did you mean 'kernel'?"],
    ],
    [
      'an unknown kind of arrivals',
      { arrivals: 'bursty' },
      ["unknown kind of arrivals 'bursty'; there are constant, poisson"],
    ],
  ])('%s', (_, argv, expected) => {
    const { faults } = read(argv);
    expect(faults).toHaveLength(expected.length);
    expected.forEach((fault, i) => {
      expect(faults[i]).toContain(fault);
    });
  });
});

test('a size is accepted for an upload over UDP', () => {
  for (const transports of [['udp'], ['tcp', 'udp']] as const) {
    expect(read({ workload: 'upload', size: '1200' }, ...transports)).toMatchObject({
      load: { sizes: [{ from: 1200, to: 1200, share: 1 }] },
      faults: [],
    });
  }
});

test('workload and app are derived from each other', () => {
  for (const workload of ['upload', 'download', 'request-response'] as const) {
    const [app] = appsFor(workload);
    expect(read({ workload }).load).toMatchObject({ workload, app });
    expect(read({ app }).load).toMatchObject({ workload, app });
  }
});

test('explicit choices are kept', () => {
  const { load } = read({ connection: 'per-request', timestamps: 'user', arrivals: 'poisson', rate: '5' });
  expect(load).toMatchObject({ connection: 'per-request', timestamps: 'user', arrivals: 'poisson', rate: 5 });
});

describe('work', () => {
  function readWorkOf(argv: Record<string, unknown>) {
    const flags = readFlags(schema, { _: ['run'], $0: 'sockbench', ...argv });
    const work = readWork(flags);
    flags.assertNoFaults();
    return work;
  }

  test('is null without a flag', () => expect(readWorkOf({})).toEqual({ work: null, cacheHit: 0 }));

  test('may have a share of cache hits', () => {
    expect(readWorkOf({ work: 'io:5ms' })).toEqual({ work: 'io:5ms', cacheHit: 0 });
    expect(readWorkOf({ work: 'io:5ms', 'cache-hit': '0.8' })).toEqual({ work: 'io:5ms', cacheHit: 0.8 });
  });

  test('is required for cache hits', () => {
    expect(() => readWorkOf({ 'cache-hit': '0.8' })).toThrow('--cache-hit: there is no work to skip: add --work');
    expect(() => readWorkOf({ work: 'rest' })).toThrow("--work: 'rest' is not valid work");
  });
});
