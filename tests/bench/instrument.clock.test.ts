import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { accountedFor, counted, expectRate, measureTrial, tcpServer, udpServer } from './measured.ts';

const echo = () => tcpServer((socket) => socket.pipe(socket));

/** Answers after some milliseconds: a closed loop then has few requests to send. */
const echoSlowly = (socket: Socket) =>
  void socket.on('data', (bytes) => setTimeout(() => socket.destroyed || socket.write(bytes), 20));

describe('timestamps', () => {
  test.each([
    ['tcp', echo],
    ['udp', () => udpServer((datagram, reply) => reply(datagram))],
  ])('of the kernel give the server’s part of a response over %s', async (_, server) => {
    const { latencyMicros, timestamps, requests } = await measureTrial(await server(), '-c', '4');
    expect(timestamps).toBe('kernel');
    expect(latencyMicros.service?.count).toBeGreaterThan(0.9 * requests.completed);
    expect(latencyMicros.generatorLag?.count).toBe(latencyMicros.service?.count);
    // For each request they add up to the response time, so their means do, too.
    const parts = (latencyMicros.service?.mean ?? 0) + (latencyMicros.generatorLag?.mean ?? 0);
    expect(parts / latencyMicros.response.mean).toBeCloseTo(1, 1);
  });

  test('show the delay of a server, even if the generator reads late', async () => {
    const { latencyMicros } = await measureTrial(await tcpServer(echoSlowly), '-c', '3', '-d', '500ms');
    expect(latencyMicros.service?.p50).toBeGreaterThan(18_500);
    expect(latencyMicros.response.p50).toBeGreaterThanOrEqual((latencyMicros.service?.p50 ?? 0) * 0.999);
  });

  test('of the user alone do not give the server’s part', async () => {
    const { latencyMicros, timestamps, notes } = await measureTrial(
      await echo(),
      '-c',
      '4',
      '--timestamps',
      'user',
      ...counted(100),
    );
    expect(timestamps).toBe('user');
    expect(notes?.map(({ code }) => code)).toEqual(['lag-unknown']);
    expect(Object.keys(latencyMicros)).toEqual(['response']);
  });
});

describe('an open loop', () => {
  test('reports its schedule lag and the distribution of its arrivals', async () => {
    // Mean gap 20 ms: a machine that others use delays requests by less.
    const load = ['-c', '20', '-R', '50', ...counted(150)];
    const trial = await measureTrial(await echo(), ...load, '--arrivals', 'poisson');
    expect(trial.latencyMicros.scheduleLag?.count).toBe(150);
    expect(trial.arrivalCheck?.gaps).toBeGreaterThan(100);
    // Constant gaps would be 1 - 1/e = 0.63 from the exponential law, and simultaneous arrivals 1.
    expect(trial.arrivalCheck?.distance).toBeLessThan(0.4);
  });

  test('ramps up and down in stages', async () => {
    const trial = await measureTrial(await echo(), '-c', '20', '-R', '200', '-s', '1s:1800,1s:0');
    expect(trial.rate).toBeCloseTo(950, 0);
    // 1,000 are due in the first second, and 900 in the second.
    expect(Math.abs(trial.requests.sent - 1900)).toBeLessThan(25);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(trial.stages).toEqual([
      { seconds: 1, target: 1800 },
      { seconds: 1, target: 0 },
    ]);
  });
});

test.each([
  ['that were opened just before the end are not reported as starved', '400ms:10', 0],
  ['that were in use for some time are reported as starved', '100ms:10,2500ms:10', 8],
])('connections without an answer %s', async (_, stages, starved) => {
  let open = 0;
  const url = await tcpServer((socket) => {
    if (++open <= 2) echoSlowly(socket);
  });
  const trial = await measureTrial(url, '-c', '2', '-s', stages, '--timeout', '30s');
  expect(trial).toMatchObject({ connections: 10, fairness: { jain: null, starvedConnections: starved } });
});

test('connections are opened in stages on both threads, and closed again', async () => {
  let most = 0;
  let now = 0;
  const url = await tcpServer((socket) => {
    most = Math.max(most, ++now);
    echoSlowly(socket.on('close', () => now--));
  });
  const trial = await measureTrial(url, '-c', '2', '-s', '300ms:30,500ms:30,200ms:5', '--threads', '2');
  // Some connections had more time than others, so fairness is not known.
  expect(trial).toMatchObject({ connections: 30, rate: null, fairness: { jain: null, starvedConnections: 0 } });
  expect(trial.opening).toMatchObject({ opened: 2, answered: 2 });
  expect(most).toBe(30);
  expect(accountedFor(trial)).toBe(trial.requests.sent);
  expect(trial.meanInFlight).toBeGreaterThan(5);
  expect(trial.meanInFlight).toBeLessThan(30);
  expect(trial.requests).toMatchObject({ errors: 0, timedOut: 0 });
});

test('connections for each request are opened at a rate, with mixed sizes', async () => {
  const sizes = ['--size', '64,3000:0.3,100000:0.01'];
  const flags = ['--connection', 'per-request', '-c', '8', '-R', '250', '-d', '1s'];
  const trial = await measureTrial(await echo(), ...flags, ...sizes);
  expect(trial.requests).toMatchObject({ errors: 0, corrupted: 0, timedOut: 0 });
  expectRate(trial, 250, 1);
});
