import { describe, expect, test } from 'vitest';
import type { RunConfiguration, SingleTarget } from '../../bench/model/configuration.ts';
import { configurationFaults } from '../../bench/model/configuration-faults.ts';
import { parseThresholds } from '../../bench/model/threshold.ts';
import { configuration } from './configurations.ts';

const plain: RunConfiguration = {
  ...configuration,
  ...{ command: 'run', transports: ['tcp'], connections: [16], targets: [{ kind: 'model', model: 'async' }] },
};

const elsewhere: SingleTarget = {
  kind: 'address',
  url: 'tcp://127.0.0.1:7000',
  transport: 'tcp',
  address: { host: '127.0.0.1', port: 7000 },
};

const upload = { workload: 'upload', app: 'discard' } as const;
const udp = { transports: ['udp'] } as const;

const faults = (bounds: string, change: Partial<RunConfiguration> = {}) =>
  configurationFaults({ ...plain, ...change, thresholds: parseThresholds(bounds) });

describe('a threshold on a measured value is accepted', () => {
  test.each<[string, Partial<RunConfiguration>]>([
    ['p99<2s,service.p99<1ms,generatorLag.max<1ms,cpu<5us,memory<1GB,errors==0,errorRate<1%,rate>1,fairness>0', {}],
    ['p99>5s', {}],
    ['service.p99<5s', {}],
    ['p99<5s', { timeoutMs: 5000 }],
    ['connect.p99<1ms', { connection: 'per-request' }],
    ['connect.p99<1ms', { transports: ['tls'], workload: 'handshake', timestamps: 'user' }],
    ['generatorLag.p99<5ms', { transports: ['tls'] }],
    ['generatorLag.p99<5ms', { transports: ['tcp', 'tls'] }],
    ['generatorLag.p99<5ms', { app: 'websocket' }],
    ['generatorLag.max<5ms', { app: 'http' }],
    ['service.p99<5ms', { transports: ['tls'] }],
    ['service.p99<5ms', { app: 'websocket' }],
    ['lost==0,late==0,duplicated==0,reordered==0', udp],
    ['lost==0,rate>1,errors==0,cpu<5us', { ...upload, ...udp }],
    ['bytes>1MB,errors==0,memory<1GB,fairness>0.5', upload],
    ['errors==0', { targets: [elsewhere] }],
    ['generator.lag.p99<5ms,memoryPerConnection<1MB,open<1s,starved==0', {}],
    ['generator.scheduleLag.p99<1ms', { rate: 100 }],
    ['cpuPerGigabyte<5s', upload],
    ['reach>=99%', { app: 'chat', workload: 'broadcast' }],
  ])('%s %o', (bounds, change) => expect(faults(bounds, change)).toEqual([]));
});

describe('a threshold on an unknown value is refused', () => {
  test.each<[string, Partial<RunConfiguration>, string]>([
    ['p99<5ms', upload, 'upload has no replies, so there are no response times: bound bytes'],
    ['max<5ms', { ...upload, ...udp }, 'upload has no replies'],
    ['service.p99<5ms', { ...upload, ...udp }, 'upload has no replies'],
    ['rate>5k', upload, 'a TCP upload is a stream without requests: bound bytes'],
    ['cpu<5us', { workload: 'download', app: 'chargen' }, 'a TCP download is a stream without requests'],
    [
      'p99<2001ms',
      {},
      'a request that is not answered within 2000 ms fails, so no longer response time is measured: raise --timeout',
    ],
    ['response.mean<=3s', {}, 'raise --timeout'],
    ['generatorLag.p99<5ms', { timestamps: 'user' }, 'leave out --timestamps user'],
    ['generatorLag.p99<5ms', { transports: ['tcp', 'tls'], timestamps: 'user' }, 'leave out --timestamps user'],
    ['service.p99<5ms', { timestamps: 'user' }, 'leave out --timestamps user'],
    ['service.p99<5ms', { transports: ['tcp', 'unix'] }, 'which Unix-domain sockets do not have: bound p99 instead'],
    ['generatorLag.p99<5ms', { transports: ['unix'] }, 'which Unix-domain sockets do not have'],
    ['rate>5k', { ...upload, transports: ['unix'] }, 'is a stream without requests: bound bytes'],
    ['connect.p50<5ms', {}, 'add --connection per-request'],
    ['cpu<5us', { targets: [elsewhere] }, 'tcp://127.0.0.1:7000 is already running, and its process is not known'],
    [
      'memory<5MB',
      { targets: [{ kind: 'group', members: [{ kind: 'model', model: 'async' }, elsewhere], select: 'p2c' }] },
      'is not known',
    ],
    ['lost==0', {}, 'only datagrams are lost, late, duplicated or reordered: bound errors, or use udp'],
    ['late==0', { transports: ['tcp', 'udp'] }, 'only datagrams are'],
    ['reordered==0', { ...upload, ...udp }, 'upload has no replies: bound lost'],
    ['generator.lag.p99<5ms', { timestamps: 'user' }, 'leave out --timestamps user'],
    ['scheduleLag.p99<5ms', {}, 'without a rate, requests are not due at set times: add --rate'],
    ['reach>=99%', {}, 'only the lines of a chat are delivered to others'],
    ['memoryPerConnection<1MB', { connection: 'per-request' }, 'stay open: bound memory'],
    ['memoryPerConnection<1MB', { targets: [elsewhere] }, 'its process is not known'],
  ])('%s %o', (bounds, change, why) => {
    expect(faults(bounds, change)).toEqual([expect.stringMatching(/^threshold: /)]);
    expect(faults(bounds, change)[0]).toContain(`threshold: ${bounds}: `);
    expect(faults(bounds, change)[0]).toContain(why);
  });

  test('one fault is reported for each threshold', () =>
    expect(faults('lost==0,p50<1s,connect.p50<5ms')).toHaveLength(2));
});
