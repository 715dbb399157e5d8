import { describe, expect, test } from 'vitest';
import { enough, once } from './faults.ts';
import { accountedFor, counted, measure, measureTrial, tcpServer, tlsServer } from './measured.ts';

describe('a TCP server that', () => {
  test('echoes correctly is counted correctly', async () => {
    const trial = await measureTrial(await tcpServer((socket) => socket.pipe(socket)), '-c', '5', ...enough);
    expect(trial.requests).toMatchObject({ sent: 300, completed: 300 });
    expect(trial.requests).toMatchObject({ timedOut: 0, errors: 0, corrupted: 0, unsolicited: 0 });
    expect(trial.opening).toMatchObject({ opened: 5, answered: 5 });
    expect(trial.latencyMicros.response.count).toBe(trial.requests.completed);
    expect(trial.fairness.starvedConnections).toBe(0);
    expect(trial.server).toBeNull();
  });

  test('drops one byte of an echo has one corrupted reply', async () => {
    const sometimes = once(200);
    const url = await tcpServer((socket) => {
      socket.on('data', (bytes) => {
        sometimes(
          () => socket.write(Buffer.concat([bytes.subarray(0, 20), bytes.subarray(21)])),
          () => socket.write(bytes),
        );
      });
    });
    const { result, code } = await measure(url, '-c', '3', ...enough);
    const [trial] = result.trials;
    expect(trial?.requests.corrupted).toBe(1);
    expect(trial && accountedFor(trial)).toBe(trial?.requests.sent);
    expect(trial?.validity.verdict).toBe('invalid');
    expect(trial?.validity.reasons.map((reason) => reason.code)).toContain('corrupted');
    expect(code).not.toBe(0);
  });

  test('corrupts one of two rounds makes bounds unreliable, even if the other round was valid', async () => {
    const sometimes = once(200);
    const url = await tcpServer((socket) => {
      socket.on('data', (bytes) =>
        socket.write(
          sometimes(
            () => Buffer.alloc(bytes.length),
            () => bytes,
          ),
        ),
      );
    });
    const rounds = ['-c', '1', '-r', '2', ...counted(300)];
    const { result, code } = await measure(url, ...rounds, '--threshold', 'completed>0');
    expect(result.trials.map(({ validity }) => validity.verdict)).toEqual([
      'invalid',
      expect.not.stringMatching('invalid'),
    ]);
    expect(result.thresholds?.map(({ kept }) => kept)).toEqual([true, true]);
    expect(code).toBe(3);
    expect((await measure(url, ...rounds, '--threshold', 'corrupted>0')).code).toBe(1);
  });

  test('flips one bit of an echo has one corrupted reply', async () => {
    const sometimes = once(200);
    const url = await tcpServer((socket) => {
      socket.on('data', (bytes) => {
        sometimes(
          () => bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40),
          () => 0,
        );
        socket.write(bytes);
      });
    });
    const trial = await measureTrial(url, '-c', '3', ...enough);
    expect(trial.requests.corrupted).toBe(1);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test('sends more than requested is detected', async () => {
    const sometimes = once(200);
    const url = await tcpServer((socket) => {
      socket.on('data', (bytes) => {
        socket.write(
          sometimes(
            () => Buffer.concat([bytes, Buffer.from('more')]),
            () => bytes,
          ),
        );
      });
    });
    const { requests } = await measureTrial(url, '-c', '1', ...enough);
    expect((requests.unsolicited as number) + requests.corrupted).toBe(1);
  });

  test('closes every connection after each reply gets new connections', async () => {
    const url = await tcpServer((socket) => socket.once('data', (bytes) => socket.end(bytes)));
    const trial = await measureTrial(url, '-c', '3', ...counted(100));
    // Whether the end of a connection arrives before its next request is sent, or only after it, is left to chance.
    expect(trial.requests.completed).toBeGreaterThan(3);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test('closes every connection at its second request has errors, and gets new connections', async () => {
    const url = await tcpServer((socket) =>
      socket.once('data', (bytes) => {
        socket.write(bytes);
        socket.once('data', () => socket.destroy());
      }),
    );
    const trial = await measureTrial(url, '-c', '3', ...counted(100));
    expect(trial.requests.completed).toBeGreaterThan(3);
    expect(trial.requests.errors).toBeGreaterThan(0);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(trial.validity.reasons.map((reason) => reason.code)).toContain('errors');
  });

  test('resets a connection has one error', async () => {
    const sometimes = once(100);
    const url = await tcpServer((socket) => {
      socket.on('data', (bytes) => {
        sometimes(
          () => void socket.resetAndDestroy(),
          () => void socket.write(bytes),
        );
      });
    });
    const trial = await measureTrial(url, '-c', '4', ...enough);
    expect(trial.requests.errors).toBe(1);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test('stops answering has each request time out once, with its age as a lower bound', async () => {
    let seen = 0;
    const url = await tcpServer((socket) => {
      socket.on('data', (bytes) => {
        if (++seen < 20) socket.write(bytes);
      });
    });
    // Long enough for the answered requests, and shorter than the time-out, after which others would follow.
    const trial = await measureTrial(url, '-c', '4', '-d', '2500ms', '--timeout', '3s');
    expect(trial.requests.timedOut).toBe(4);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(trial.latencyMicros.response.max).toBeGreaterThan(2_999_000);
  });

  test('serves only one connection has starved the others', async () => {
    let first = true;
    const url = await tcpServer((socket) => {
      if (first) socket.pipe(socket);
      first = false;
    });
    const trial = await measureTrial(url, '-c', '8', '--open-timeout', '2s', ...counted(40));
    expect(trial.opening).toMatchObject({ opened: 8, answered: 1 });
    expect(trial.fairness.starvedConnections).toBe(7);
    expect(trial.fairness.jain).toBeCloseTo(1 / 8);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test('answers no request is a failed target', async () => {
    const { result, code } = await measure(await tcpServer(() => undefined), '-c', '2', '--open-timeout', '200ms');
    expect(code).toBe(4);
    expect(result.trials).toEqual([]);
    expect(result.failures[0]?.message).toMatch(/answered no request within 200 ms/);
  });

  test('does not listen is a failed target, with the errno', async () => {
    const { result, code } = await measure('tcp://127.0.0.1:1', '-c', '2', '--open-timeout', '200ms');
    expect(code).toBe(4);
    expect(result.failures[0]?.message).toContain('ECONNREFUSED');
  });
});

test.each([
  ['tcp', tcpServer],
  ['tls', tlsServer],
])(
  'a server over %s that stops answering a pipeline has each request time out once, and is reconnected',
  async (_, startServer) => {
    let accepted = 0;
    const url = await startServer((socket) => {
      const falters = ++accepted === 1;
      let seen = 0;
      socket.on('data', (bytes: Buffer) => {
        seen += bytes.length;
        if (!falters || seen <= 100 * 64) socket.write(bytes);
      });
    });
    const load = ['-c', '1', '-p', '4', '-n', '1000', '-d', '60s', '--timeout', '300ms', '--timestamps', 'user'];
    const trial = await measureTrial(url, ...load);
    expect(accepted).toBe(2);
    expect(trial.requests).toMatchObject({ sent: 1000, timedOut: 4, errors: 0, dropped: 0 });
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  },
);

describe.each([
  ['small', '13', '3', 1000],
  ['odd', '1001', '7', 1000],
  ['larger than a buffer', '100000', '2', 100],
  ['a MiB', '1MiB', '1', 20],
] as const)('requests that are %s', (_, size, pipelining, count) => {
  test('are echoed completely when pipelined', async () => {
    const url = await tcpServer((socket) => socket.pipe(socket));
    const trial = await measureTrial(url, '-c', '3', '--size', size, '-p', pipelining, ...counted(count));
    expect(trial.requests).toMatchObject({ sent: count, completed: count, errors: 0, corrupted: 0, unsolicited: 0 });
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });
});
