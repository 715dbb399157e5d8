import { describe, expect, test } from 'vitest';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { codedFaults, configurationFaults } from '../../bench/model/configuration-faults.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import { appNames } from '../../servers/apps/app-catalog.ts';
import { configuration } from './configurations.ts';

describe('a configuration', () => {
  test('without faults is accepted', () => expect(configurationFaults(configuration)).toEqual([]));

  test('reports all its faults together', () => {
    const faults = configurationFaults({
      ...configuration,
      targets: [],
      transports: ['udp'],
      connections: [0, 1.5],
      pipelining: 0,
      sizes: fixedSize(70_000),
      rounds: 0,
      durationMs: 0,
      warmupMs: -1,
      threads: 0,
      timeoutMs: 0,
      openTimeoutMs: 0,
    });
    const named = [
      'nothing to measure',
      'connections: 0',
      'connections: 1.5',
      'pipelining',
      'size: 70000 bytes over UDP',
    ];
    named.push('rounds', 'duration', 'warmup', 'timeout', 'open-timeout', 'threads');
    for (const name of named) expect(faults.filter((fault) => fault.startsWith(name))).toHaveLength(1);
    expect(faults).toHaveLength(named.length);
  });

  test('gives a code to the faults that some commands leave out or reword', () => {
    const faults = codedFaults({ ...configuration, targets: [], rate: -1, rounds: 0 });
    expect(faults).toEqual([
      { code: 'no-target', text: expect.stringMatching(/^nothing to measure/) },
      { code: 'rate', text: expect.stringMatching(/^rate: -1/) },
      { text: expect.stringMatching(/^rounds: 0/) },
    ]);
  });

  test('requires room for a sequence number in a datagram, but not in a TCP request', () => {
    expect(configurationFaults({ ...configuration, sizes: fixedSize(7) })).toHaveLength(1);
    expect(configurationFaults({ ...configuration, sizes: fixedSize(7), transports: ['tcp'] })).toEqual([]);
  });

  test.each<[string, Partial<RunConfiguration>, string]>([
    ['handshakes over TCP', { workload: 'handshake', transports: ['tcp'] }, 'workload: handshake is for tls'],
    ['a time budget of zero', { budgetMs: 0, targets: configuration.targets }, 'budget: must be above zero'],
    [
      'automatic rounds with one target',
      { budgetMs: 1, targets: configuration.targets.slice(0, 1) },
      'rounds: auto continues until servers are distinguished, but there is only one',
    ],
    [
      'CPUs for a server that is already running',
      {
        targets: [{ kind: 'address', url: 'tcp://[::1]:7', transport: 'tcp', address: { host: '::1', port: 7 } }],
        transports: ['tcp'],
        cpus: 1,
      },
      'cpus: the CPUs of a server that is already running are not changed',
    ],
    ['zero CPUs', { cpus: 0 }, 'cpus: 0 is not a whole number from 1'],
    [
      'more CPUs than servers have',
      { scenarios: [{ transports: ['tcp'], connections: [1], work: null, cacheHit: 0, cpus: 3 }], serverCpus: [0, 1] },
      'cpus: 3 is not a whole number from 1 to the 2 of --server-cpus',
    ],
    [
      'pipelined handshakes',
      { workload: 'handshake', transports: ['tls'], pipelining: 2 },
      'pipelining: each connection makes one handshake',
    ],
    [
      'a one-way workload over TLS',
      { workload: 'upload', app: 'discard', transports: ['tls'] },
      'workload: upload is for tcp and udp only',
    ],
  ])('refuses %s', (_, wanted, fault) => {
    const targets = [{ kind: 'model', model: 'async' }] as const;
    const faults = configurationFaults({ ...configuration, targets, ...wanted });
    expect(faults).toEqual([expect.stringContaining(fault)]);
  });

  test('allows handshakes with a server of any app', () => {
    const targets = [{ kind: 'model', model: 'async' }] as const;
    const handshakes = { workload: 'handshake', transports: ['tls'], targets } as const;
    for (const app of appNames) expect(configurationFaults({ ...configuration, ...handshakes, app })).toEqual([]);
  });

  test('refuses a transport that an address does not speak', () => {
    const target = {
      kind: 'address',
      url: 'udp://127.0.0.1:7',
      transport: 'udp',
      address: { host: '127.0.0.1', port: 7 },
    } as const;
    expect(configurationFaults({ ...configuration, targets: [target] })).toEqual([
      'target udp://127.0.0.1:7 speaks udp only',
    ]);
  });

  test('may omit a model over one of its transports, but no model everywhere and no whole transport', () => {
    const [balanced, async] = (['balanced', 'async'] as const).map((model) => ({ kind: 'model', model }) as const);
    const faults = (targets: readonly (typeof balanced)[], transports: RunConfiguration['transports']) =>
      configurationFaults({ ...configuration, targets: targets.flatMap((target) => target ?? []), transports });
    const refused = [expect.stringMatching(/^balanced does not serve echo over udp: datagrams/)];
    expect(faults([balanced, async], ['tcp', 'udp'])).toEqual([]);
    expect(faults([balanced], ['tcp'])).toEqual([]);
    expect(faults([balanced], ['tcp', 'udp'])).toEqual(refused);
    expect(faults([balanced, async], ['udp'])).toEqual(refused);
  });

  test('accepts a balance policy only if a target balances', () => {
    const balanced = { kind: 'model', model: 'balanced' } as const;
    const tcp = { ...configuration, transports: ['tcp'], balance: 'p2c' } as const;
    expect(configurationFaults({ ...tcp, targets: [balanced, ...tcp.targets] })).toEqual([]);
    expect(configurationFaults(tcp)).toEqual([expect.stringMatching(/^balance: p2c has no effect/)]);
  });
});

test('http in a closed loop has no faults, with models and with a foreign server', () => {
  const http = { transports: ['tcp'], app: 'http' } as const;
  expect(configurationFaults({ ...configuration, ...http })).toEqual([]);
  const page = {
    kind: 'address',
    ...{ url: 'http://127.0.0.1:7/', transport: 'tcp' as const, app: 'http' as const },
    ...{ address: { host: '127.0.0.1', port: 7 }, http: { host: '127.0.0.1:7', path: '/' } },
  } as const;
  expect(configurationFaults({ ...configuration, ...http, targets: [page], pipelining: 4 })).toEqual([]);
});
