import { expect, test } from 'vitest';
import { incomparabilities } from '../../bench/model/comparability.ts';
import { type Environment, type Plan, resultSchema } from '../../bench/model/result.ts';
import { result } from '../reports/results.ts';

const base = result();

test.each<[string, Partial<Environment>, string]>([
  ['the CPU model', { cpuModel: 'Intel Xeon' }, 'CPU model: AMD EPYC 7763 in A, Intel Xeon in B'],
  ['the number of CPUs', { cpus: 4 }, 'CPUs: 2 in A, 4 in B'],
  ['the kernel', { kernel: 'Linux 6.9.0' }, 'kernel: Linux 6.8.0 in A, Linux 6.9.0 in B'],
  ['the version of Node', { node: 'v22.1.0' }, 'Node version: v20.20.2 in A, v22.1.0 in B'],
])('runs that differ in %s are not comparable', (_, environment, difference) => {
  const other = result({ environment: { ...base.environment, ...environment } });
  expect(incomparabilities(base, other)).toEqual([difference]);
});

const pinned = { from: 64, to: 128, share: 1 };

test.each<[Partial<Plan>, string]>([
  [{ app: 'http' }, 'app: echo in A, http in B'],
  [{ workload: 'upload' }, 'workload: request-response in A, upload in B'],
  [
    { exchange: { protocol: 'redis', commands: 'PING', keys: { count: 1, zipf: null }, resp: 2 } },
    'requests: none in A, {"protocol":"redis","commands":"PING","keys":{"count":1,"zipf":null},"resp":2} in B',
  ],
  [{ websocketMessage: 'text' }, 'type of WebSocket messages: binary in A, text in B'],
  [{ deflate: true }, 'compression: false in A, true in B'],
  [{ connection: 'per-request' }, 'use of connections: pooled in A, per-request in B'],
  [{ size: 1024 }, 'size: 64 in A, 1024 in B'],
  [{ sizes: [pinned] }, 'mixture of sizes: none in A, [{"from":64,"to":128,"share":1}] in B'],
  [{ pipelining: 8 }, 'pipelining: 1 in A, 8 in B'],
  [{ rate: 5000 }, 'rate: none in A, 5000 in B'],
  [{ arrivals: 'poisson' }, 'arrivals: none in A, poisson in B'],
  [{ stages: [{ seconds: 1, target: 9 }] }, 'stages: none in A, [{"seconds":1,"target":9}] in B'],
  [{ requests: 100 }, 'number of requests: none in A, 100 in B'],
  [{ durationSeconds: 5 }, 'duration in seconds: 0.5 in A, 5 in B'],
  [{ warmupSeconds: 1 }, 'warm-up in seconds: 0.2 in A, 1 in B'],
  [{ timeoutSeconds: 3 }, 'time-out in seconds: none in A, 3 in B'],
  [{ timestamps: 'kernel' }, 'timestamps: user in A, kernel in B'],
  [{ threads: 2 }, 'generator threads: 1 in A, 2 in B'],
  [{ serverCpus: [0] }, 'CPUs for servers: [0,1] in A, [0] in B'],
  [{ loadCpus: [] }, 'CPUs for the load: [0,1] in A, none in B'],
])('plans that differ in %j are not comparable', (plan, difference) => {
  expect(incomparabilities(base, result({ plan: { ...base.plan, ...plan } }))).toEqual([difference]);
});

test('seed, rounds, targets, transports and numbers of connections may differ', () => {
  const changes: Partial<Plan> = { seed: 1, rounds: 9, models: ['async'], transports: ['udp'], connections: [1] };
  expect(incomparabilities(base, result({ plan: { ...base.plan, ...changes, command: 'run' } }))).toEqual([]);
});

test('an explicit default is comparable with the implicit one of older versions', () => {
  const { app: _, workload: __, connection: ___, sizes: ____, stages: _____, ...old } = base.plan;
  const read = resultSchema.parse({ ...base, plan: old });
  expect(incomparabilities(base, read)).toEqual([]);
});

test('the balance policy matters only if both runs balance', () => {
  const balancing = (balance: string) => result({ plan: { ...base.plan, balance } });
  expect(incomparabilities(base, balancing('random'))).toEqual([]);
  expect(incomparabilities(balancing('round-robin'), balancing('random'))).toEqual([
    'balance policy: round-robin in A, random in B',
  ]);
});

test('every difference is named', () => {
  const other = result({
    environment: { ...base.environment, cpus: 8, kernel: 'Linux 5.15.0' },
    plan: { ...base.plan, size: 1, pipelining: 2 },
  });
  expect(incomparabilities(base, other).map((difference) => difference.split(':')[0])).toEqual([
    'CPUs',
    'kernel',
    'size',
    'pipelining',
  ]);
});

test('two capacity searches have no common rates', () => {
  const capacity = { slos: ['p99<5ms'], mostErrors: 0, startRate: 1, confirmSeconds: 1, budgetSeconds: 1 };
  const search = result({ plan: { ...base.plan, command: 'capacity', capacity } });
  expect(incomparabilities(search, search)).toEqual(['rates: each trial of a search for a capacity has its own rate']);
});
