import { describe, expect, test } from 'vitest';
import type { RunConfiguration, SingleTarget } from '../../bench/model/configuration.ts';
import { configurationFaults } from '../../bench/model/configuration-faults.ts';
import { engineNotes, engineWants } from '../../bench/model/engine-support.ts';
import { stagesDurationMs } from '../../bench/model/stage.ts';
import { textsOf, unmet } from '../../bench/model/want.ts';
import { configuration } from './configurations.ts';

const asynchronous: SingleTarget = { kind: 'model', model: 'async' };
const stages = [{ seconds: 10, target: 100 }];

/** A load that autocannon measures, too. */
const http: RunConfiguration = {
  ...configuration,
  ...{ command: 'run', targets: [asynchronous], app: 'http', transports: ['tcp'], connections: [16] },
  ...{ timestamps: 'user', threads: 1, secondEngine: 'autocannon' },
};

describe('autocannon', () => {
  test.each<[string, Partial<RunConfiguration>]>([
    ['HTTP in a closed loop', {}],
    ['HTTP over TLS, pipelined', { transports: ['tls'], pipelining: 8 }],
  ])('measures %s', (_, variation) => expect(configurationFaults({ ...http, ...variation })).toEqual([]));

  test.each<[string, Partial<RunConfiguration>, string]>([
    ['another protocol', { app: 'echo' }, 'engine: autocannon measures HTTP requests only'],
    ['handshakes', { transports: ['tls'], workload: 'handshake' }, 'engine: autocannon measures HTTP requests only'],
    ['another transport', { transports: ['udp'] }, 'engine: autocannon measures over tcp and tls only'],
    ['a rate', { rate: 100, arrivals: 'constant' }, 'rate: autocannon sends the requests of each second in a burst'],
    ['stages', { stages, durationMs: stagesDurationMs(stages) }, 'stage: autocannon keeps the number of connections'],
    ['a number of requests', { requests: 9 }, 'requests: autocannon ignores the time limit'],
    ['a connection per request', { connection: 'per-request' }, 'connection: autocannon does not count replies'],
    ['several threads', { threads: 2 }, 'threads: one thread is compared with the one of autocannon'],
    ['kernel timestamps', { timestamps: 'kernel' }, 'timestamps: autocannon knows only when it read a reply'],
    ['a time-out below a second', { timeoutMs: 999 }, 'timeout: autocannon waits for at least 1 s'],
    [
      'several targets',
      { targets: [{ kind: 'group', members: [asynchronous, asynchronous], select: 'p2c' }] },
      'select: autocannon measures one target',
    ],
  ])('refuses %s, with the reason', (_, variation, fault) => {
    const faults = textsOf(unmet(engineWants({ ...http, ...variation })));
    expect(faults).toEqual([expect.stringContaining(fault)]);
    expect(configurationFaults({ ...http, ...variation })).toEqual(expect.arrayContaining(faults));
  });

  test('is described in a note, where it is used', () => {
    expect(engineNotes(http)).toMatchObject([{ code: 'second-opinion' }]);
    expect(engineNotes(configuration)).toEqual([]);
  });
});

test('without a second engine nothing is refused', () => {
  expect(engineWants({ ...http, secondEngine: undefined, app: 'echo', rate: 5 })).toEqual([]);
});
