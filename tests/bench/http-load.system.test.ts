import type { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { httpServer } from './http-server.ts';
import { accountedFor, counted, measure, measureTargets, measureTrial, onlyTrial, tcpServer } from './measured.ts';

describe('an HTTP server that', () => {
  test('replies only with 404 completes no request', async () => {
    const url = await httpServer((_, response) => response.writeHead(404).end('nothing'));
    const { result, code } = await measure(url, '-c', '2', ...counted(20));
    const trial = onlyTrial({ result, code });
    expect(trial.requests).toMatchObject({ completed: 0, errors: trial.requests.sent });
    expect(trial.statuses).toEqual({ 404: trial.requests.sent });
    expect(trial.validity.verdict).toBe('invalid');
    expect(trial.validity.reasons.map((reason) => reason.code)).toEqual(
      expect.arrayContaining(['nothing-completed', 'http-status']),
    );
    expect(code).not.toBe(0);
  });

  test('fails at times has the same number of errors', async () => {
    let seen = 0;
    let failed = 0;
    const url = await httpServer((_, response) => {
      if (++seen > 5 && seen % 10 === 0) failed++;
      response.writeHead(seen > 5 && seen % 10 === 0 ? 503 : 200).end();
    });
    const trial = await measureTrial(url, '-c', '3', ...counted(100));
    expect(failed).toBeGreaterThan(0);
    expect(trial.requests).toMatchObject({ errors: failed, timedOut: 0 });
    expect(trial.statuses).toEqual({ 200: trial.requests.completed, 503: failed });
    expect(trial.validity.reasons.find(({ code }) => code === 'http-status')?.message).toContain('with status 503');
    expect(trial.validity.reasons.map(({ code }) => code)).not.toContain('errors');
  });

  test('closes the connection after every reply gets new connections, without errors', async () => {
    const url = await httpServer((_, response) => response.setHeader('Connection', 'close').end('bye'));
    const trial = await measureTrial(url, '-c', '2', ...counted(20));
    expect(trial.requests).toMatchObject({ sent: 20, completed: 20, errors: 0, timedOut: 0 });
  });

  test('resets a connection fails one request and gets a new connection', async () => {
    let seen = 0;
    const url = await httpServer((request, response) => {
      if (++seen === 5) request.socket.resetAndDestroy();
      else response.end('page');
    });
    const trial = await measureTrial(url, '-c', '1', ...counted(20));
    expect(trial.requests).toMatchObject({ sent: 20, completed: 19, errors: 1, timedOut: 0, corrupted: 0 });
  });

  test('drops a request has it time out at the end, with its age as its response time', async () => {
    let seen = 0;
    const url = await httpServer((_, response) => {
      if (++seen !== 5) response.end('page');
    });
    const trial = await measureTrial(url, '-c', '1', '--timeout', '1s', ...counted(4));
    expect(trial.requests).toMatchObject({ sent: 4, completed: 3, errors: 0, timedOut: 1 });
    // The load waits for it until its time-out.
    expect(trial.latencyMicros.response.max).toBeGreaterThan(990_000);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test('drops a request gets a new connection after the time-out', async () => {
    let seen = 0;
    const url = await httpServer((_, response) => {
      if (++seen !== 5) response.end('page');
    });
    const trial = await measureTrial(url, '-c', '1', '--timeout', '100ms', ...counted(20));
    // On a machine that stalls, other requests time out, too.
    expect(trial.requests.timedOut).toBeGreaterThanOrEqual(1);
    expect(trial.requests).toMatchObject({ errors: 0, corrupted: 0 });
    expect(trial.requests.completed).toBeGreaterThan(5);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test('resets a connection during opening gets a new one', async () => {
    let resets = 0;
    let afresh = 0;
    const url = await tcpServer((socket) => {
      if (resets === 0) {
        resets++;
        socket.resetAndDestroy();
        return;
      }
      afresh++;
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'));
    });
    const trial = await measureTrial(url.replace('tcp', 'http'), '-c', '2', ...counted(20));
    expect(trial.opening.answered).toBe(2);
    expect(trial.fairness.starvedConnections).toBe(0);
    expect(trial.requests).toMatchObject({ errors: 0, timedOut: 0 });
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(afresh).toBe(2);
  });

  test('sends a reply without a request is detected', async () => {
    const reply = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
    let seen = 0;
    const url = await tcpServer((socket) => {
      socket.on('data', () => socket.write(++seen === 5 ? reply + reply : reply));
    });
    const trial = await measureTrial(url.replace('tcp', 'http'), '-c', '1', ...counted(20));
    expect(trial.requests).toMatchObject({ unsolicited: 1, timedOut: 0 });
    expect(trial.requests.completed).toBeGreaterThan(5);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });
});

test('a server that does not speak HTTP is a failed target', async () => {
  const url = await tcpServer((socket) => socket.pipe(socket));
  const { code, result } = await measure(url.replace('tcp', 'http'), '-c', '1', '--open-timeout', '200ms');
  expect(result.failures[0]?.message).toContain('does it serve http?');
  expect(code).toBe(4);
});

test('a server that does not listen is a failed target', async () => {
  const { code, result } = await measure('http://127.0.0.1:1/', '-c', '20', '--open-timeout', '300ms');
  expect(result.failures[0]?.message).toContain('ECONNREFUSED');
  expect(code).toBe(4);
});

test('the app http is measured with several threads and each page compared', async () => {
  const flags = ['--model', 'event-driven', '--app', 'http', '-c', '5', '-p', '2', '--threads', '2'];
  const trial = onlyTrial(await measureTargets(...flags, ...counted(100)));
  expect(trial.requests).toMatchObject({ completed: 100, errors: 0, corrupted: 0, timedOut: 0 });
  expect(trial.statuses).toEqual({ 200: trial.requests.completed });
  expect(accountedFor(trial)).toBe(trial.requests.sent);
  expect(trial.generator.threads).toBe(2);
  expect(trial.generator.cpuSeconds).toBeGreaterThan(0);
  expect(trial.size).toBeGreaterThan(100);
});

describe('over TLS', () => {
  test('an HTTP server receives the requests and host name of its URL, and is counted correctly', async () => {
    const asked = new Set<string>();
    const resumed = new Set<boolean>();
    const url = await httpServer((request, response) => {
      const socket = request.socket as TLSSocket & { servername: string | false };
      asked.add(`${request.url} of ${request.headers.host}, by ${socket.servername}`);
      resumed.add(socket.isSessionReused());
      response.end('any page');
    }, 'https');
    const named = url.replace('127.0.0.1', 'localhost');
    const trial = await measureTrial(`${named}/a?b=c`, '-c', '5', '-p', '3', ...counted(100));
    expect([...asked]).toEqual([`/a?b=c of ${named.slice('https://'.length)}, by localhost`]);
    expect([...resumed]).toEqual([false]);
    expect(trial).toMatchObject({ app: 'http', transport: 'tls', timestamps: 'kernel', target: `${named}/a?b=c` });
    expect(trial.requests).toMatchObject({ completed: 100, timedOut: 0, errors: 0, corrupted: 0, unsolicited: 0 });
    expect(trial.statuses).toEqual({ 200: trial.requests.completed });
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(trial.opening).toMatchObject({ opened: 5, answered: 5 });
  });

  test('connections that the server closes are reopened', async () => {
    const url = await httpServer((_, response) => response.setHeader('Connection', 'close').end('bye'), 'https');
    const trial = await measureTrial(url, '-c', '2', ...counted(10));
    expect(trial.requests).toMatchObject({ sent: 10, completed: 10, errors: 0, timedOut: 0 });
  });

  test('a server without TLS is a failed target', async () => {
    const url = await httpServer((_, response) => response.end('plain'));
    const { code, result } = await measure(url.replace('http', 'https'), '-c', '1', '--open-timeout', '300ms');
    expect(code).toBe(4);
    expect(result.failures[0]?.message).toContain('violate TLS');
  });

  test.each(['event-driven', 'worker-pool'])('the app http is measured on %s and each page compared', async (model) => {
    const flags = ['--model', model, '--app', 'http', '--transport', 'tls', '-c', '3', '-p', '2'];
    const trial = onlyTrial(await measureTargets(...flags, ...counted(60)));
    expect(trial).toMatchObject({ app: 'http', transport: 'tls' });
    expect(trial.requests).toMatchObject({ completed: 60, errors: 0, corrupted: 0, timedOut: 0 });
    expect(trial.statuses).toEqual({ 200: trial.requests.completed });
  });

  test('handshakes with an HTTP server are counted, and no request is sent', async () => {
    let served = 0;
    const url = await httpServer((_, response) => {
      served++;
      response.end();
    }, 'https');
    const trial = await measureTrial(url, '--workload', 'handshake', '-c', '2', ...counted(20));
    expect(trial).toMatchObject({ app: 'http', workload: 'handshake', requests: { completed: 20, errors: 0 } });
    expect(trial.latencyMicros.connect?.count).toBe(20);
    expect(served).toBe(0);
  });
});

test('work is done for each HTTP request and shows in the response times', async () => {
  const flags = ['--model', 'event-driven', '--app', 'http', '--work', 'io:20ms', '-c', '3'];
  const trial = onlyTrial(await measureTargets(...flags, ...counted(15)));
  const requests = { completed: 15, errors: 0, corrupted: 0, timedOut: 0 };
  expect(trial).toMatchObject({ app: 'http', work: 'io:20ms', requests });
  expect(trial.latencyMicros.response.p50).toBeGreaterThan(19_000);
});
