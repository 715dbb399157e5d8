import { describe, expect, test } from 'vitest';
import { appsFor, workloadOf } from '../../bench/model/app-workload.ts';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { configurationFaults } from '../../bench/model/configuration-faults.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import { appNames } from '../../servers/apps/app-catalog.ts';
import { configuration } from './configurations.ts';

const tcp: Partial<RunConfiguration> = { transports: ['tcp'] };
const http: Partial<RunConfiguration> = { ...tcp, app: 'http', timestamps: 'user' };
const secureHttp: Partial<RunConfiguration> = {
  ...http,
  transports: ['tls'],
  targets: [{ kind: 'model', model: 'async' }],
};

describe('apps and workloads', () => {
  test('that do not match are refused, and the message names the right app', () => {
    const faults = configurationFaults({ ...configuration, ...tcp, workload: 'upload' });
    expect(faults).toEqual(['workload: echo is made for request-response, not for upload: use --app discard']);
  });

  test('correspond to each other', () => {
    expect(appsFor('request-response')[0]).toBe('echo');
    expect(workloadOf('echo')).toBe('request-response');
    for (const workload of ['request-response', 'upload', 'download'] as const) {
      const made = appsFor(workload);
      expect(made.length).toBeGreaterThan(0);
      for (const app of made) expect(workloadOf(app)).toBe(workload);
    }
  });

  test('without a counterpart are refused', () => {
    const made = appNames.filter((app) => workloadOf(app) === null);
    expect(made.length).toBeGreaterThan(0);
    // A model that serves all of them.
    const targets = [{ kind: 'model', model: 'async' }] as const;
    for (const app of made) {
      expect(configurationFaults({ ...configuration, ...tcp, targets, app })).toEqual([
        `workload: ${app} is made for manual use, not for request-response: use --app echo`,
      ]);
    }
  });
});

describe('work', () => {
  const work = 'cpu:1ms';
  const mixture = [
    { from: 16, to: 64, share: 0.5 },
    { from: 128, to: 128, share: 0.5 },
  ];
  const address = { kind: 'address', url: 'tcp://h:7', transport: 'tcp', address: { host: 'h', port: 7 } } as const;

  test.each<[string, Partial<RunConfiguration>]>([
    ['over both transports', {}],
    ['of mixed datagrams', { sizes: mixture, transports: ['udp'] }],
    ['of pipelined requests', { pipelining: 8 }],
    ['of HTTP requests', http],
    ['of HTTP requests over TLS', secureHttp],
  ])('%s is accepted', (_, changes) => {
    expect(configurationFaults({ ...configuration, work, ...changes })).toEqual([]);
  });

  test.each<[string, Partial<RunConfiguration>, RegExp]>([
    [
      'of mixed sizes in a stream',
      { sizes: mixture },
      /^work: in a TCP stream, the server cannot find where requests of several sizes end/,
    ],
    [
      'for a one-way workload',
      { workload: 'upload', app: 'discard', transports: ['tcp'] },
      /^work: upload has no requests/,
    ],
    [
      'for a server that is already running',
      { targets: [address], transports: ['tcp'] },
      /^work: .* does its own work/,
    ],
  ])('%s is refused, for the run and for a further scenario', (_, changes, fault) => {
    const { transports } = { ...configuration, ...changes };
    const further = { ...configuration, ...changes, scenarios: [{ transports, connections: [1], work, cacheHit: 0 }] };
    expect(configurationFaults({ ...configuration, ...changes })).toEqual([]);
    expect(configurationFaults({ ...configuration, ...changes, work })).toEqual([expect.stringMatching(fault)]);
    expect(configurationFaults(further)).toEqual([expect.stringMatching(fault)]);
  });

  test('of a scenario is validated against its connections and transports, too', () => {
    const scenarios = [{ transports: ['udp'], connections: [0], work, cacheHit: 0 }] as const;
    const faults = configurationFaults({ ...configuration, transports: ['tcp'], sizes: fixedSize(7), scenarios });
    expect(faults).toEqual([
      expect.stringMatching(/^connections: 0/),
      expect.stringMatching(/^size: 7 bytes over UDP/),
    ]);
  });
});
