import { createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../bench/measure/free-port.ts';
import { TargetError } from '../../bench/model/errors.ts';
import type { TargetShare, Trial } from '../../bench/model/trial.ts';
import { startGroup } from '../../bench/run/group-target.ts';
import type { RunningTarget } from '../../bench/run/running-target.ts';
import { accountedFor, counted, expectRate, measureTargets, onlyTrial, tcpServer, udpServer } from './measured.ts';

const SLOW_MS = 50;

const echo = (socket: Socket) => void socket.pipe(socket);
const echoAfter = (delayMs: number) => (socket: Socket) =>
  void socket.on('data', (bytes) => setTimeout(() => socket.destroyed || socket.write(bytes), delayMs));
const echoSlowly = echoAfter(SLOW_MS);

/** An address without a listener: port 1 is reserved for tcpmux (RFC 1078), which is obsolete. */
const CLOSED = '127.0.0.1:1';

async function measureAll(urls: readonly string[], ...flags: readonly string[]): Promise<Trial> {
  const targets = urls.flatMap((url) => ['--target', url]);
  return onlyTrial(await measureTargets(...targets, ...flags));
}

/** Expects that each count and response count of the trial is the sum over its targets. */
function expectWhole({ targets = [], requests, latencyMicros }: Trial): void {
  for (const key of ['sent', 'completed', 'timedOut', 'errors', 'corrupted', 'dropped'] as const) {
    expect(
      targets.reduce((sum, target) => sum + target.requests[key], 0),
      key,
    ).toBe(requests[key]);
  }
  expect(targets.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  expect(targets.reduce((sum, target) => sum + target.latencyMicros.response.count, 0)).toBe(
    latencyMicros.response.count,
  );
}

function failedOf({ requests }: TargetShare): number {
  return requests.errors + requests.timedOut + requests.dropped;
}

const codes = ({ validity }: Trial) => validity.reasons.map(({ code }) => code);

describe('round robin', () => {
  test('gives connections of a closed loop to each target in turn', async () => {
    const connections = [0, 0, 0];
    const urls = await Promise.all(
      connections.map((_, i) =>
        tcpServer((socket) => {
          connections[i] = (connections[i] ?? 0) + 1;
          echo(socket);
        }),
      ),
    );
    const trial = await measureAll(urls, '-c', '7', '--threads', '2', '--select', 'round-robin', ...counted(100));
    expect(connections).toEqual([3, 2, 2]);
    expect(trial).toMatchObject({ model: null, select: 'round-robin', target: urls.join(' + '), server: null });
    expect(trial.targets?.map(({ target }) => target)).toEqual(urls);
    expectWhole(trial);
    expect(codes(trial)).not.toContain('target-failed');
  });

  test.each(['tcp', 'udp'])('gives arrivals to each target in turn, even if one is slow: %s', async (transport) => {
    const quick = transport === 'tcp' ? tcpServer(echo) : udpServer((datagram, reply) => reply(datagram));
    const slow =
      transport === 'tcp'
        ? tcpServer(echoSlowly)
        : udpServer((datagram, reply) => setTimeout(() => reply(datagram), SLOW_MS));
    const flags = ['-c', '60', '-R', '400', ...counted(200), '--select', 'round-robin'];
    const trial = await measureAll([await quick, await slow], ...flags);
    expectWhole(trial);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(trial.targets?.map(({ requests }) => requests.sent)).toEqual([100, 100]);
    const [fast, late] = trial.targets ?? [];
    expect(late?.latencyMicros.response.p50).toBeGreaterThan(SLOW_MS * 900);
    expect(fast?.latencyMicros.response.p50).toBeLessThan(late?.latencyMicros.response.p50 ?? 0);
    expect(late?.latencyMicros.service?.p50).toBeGreaterThan(SLOW_MS * 900);
  });

  test('lets arrivals wait for a slow target while the other is free, and drops those never sent', async () => {
    const urls = [await tcpServer(echo), await tcpServer(echoAfter(10 * SLOW_MS))];
    const trial = await measureAll(urls, '-c', '2', '-R', '400', '-d', '500ms', '--select', 'round-robin');
    expectWhole(trial);
    const [quick, slow] = trial.targets ?? [];
    expect(quick?.requests).toMatchObject({ timedOut: 0, errors: 0, dropped: 0 });
    // 100 are due there. One is answered at a time, two per second, for the 2.5 s that the load waits.
    expect(slow?.requests.dropped).toBeGreaterThan(50);
    expect(slow?.latencyMicros.response.count).toBe(slow?.requests.sent);
  });

  test('gives successive requests of one connection to the targets in turn', async () => {
    const trial = await measureAll(
      [await tcpServer(echo), await tcpServer(echo)],
      ...['-c', '1', '-n', '200', '-d', '60s', '--connection', 'per-request', '--select', 'round-robin'],
    );
    expectWhole(trial);
    expect(trial.requests).toMatchObject({ sent: 200, completed: 200 });
    for (const { requests } of trial.targets ?? []) expect(Math.abs(requests.sent - 100)).toBeLessThanOrEqual(1);
  });
});

/**
 * Two servers. The second answers when the first has received `quickRequests` requests. Before that, both answer the
 * requests of the opening: one for each of `connections`.
 */
function quickAndHeld(connections: number, quickRequests: number) {
  let opening = connections;
  let left = quickRequests;
  const held: (() => void)[] = [];
  return {
    quick(reply: () => void) {
      reply();
      if (opening > 0) opening--;
      else if (--left === 0) for (const late of held) late();
    },
    held(reply: () => void) {
      if (opening === 0 && left > 0) held.push(reply);
      else reply();
      if (opening > 0) opening--;
    },
  };
}

describe.each(['least-pending', 'p2c'])('%s shifts load away from a slow target', (select) => {
  // In turn, 200 requests would be 100 for each: the first target would never get as many as the second waits for.
  const flags = ['-n', '200', '-d', '60s', '--timeout', '10s', '--select', select];
  const quickRequests = 150;

  function expectShifted(trial: Trial): void {
    expectWhole(trial);
    expect(trial.requests).toMatchObject({ sent: 200, completed: 200, timedOut: 0, errors: 0, dropped: 0 });
    expect(trial.targets?.[0]?.requests.completed).toBeGreaterThanOrEqual(quickRequests);
  }

  test.each([
    ['at a rate', 60, ['-R', '100']],
    ['at a rate with a connection for each request', 60, ['-R', '100', '--connection', 'per-request']],
    ['in a closed loop with a connection for each request', 3, ['--connection', 'per-request']],
  ])('%s', async (_, connections, more) => {
    const servers = quickAndHeld(connections, quickRequests);
    const answering = (treat: (reply: () => void) => void) =>
      tcpServer((socket) => void socket.on('data', (bytes) => treat(() => socket.destroyed || socket.write(bytes))));
    const urls = [await answering(servers.quick), await answering(servers.held)];
    expectShifted(await measureAll(urls, '-c', `${connections}`, ...more, ...flags));
  });

  test('over UDP', async () => {
    const servers = quickAndHeld(60, quickRequests);
    const quick = await udpServer((datagram, reply) => servers.quick(() => reply(datagram)));
    const slow = await udpServer((datagram, reply) => servers.held(() => reply(datagram)));
    expectShifted(await measureAll([quick, slow], '-c', '60', '-R', '100', ...flags));
  });
});

describe('a target that refuses connections', () => {
  const flags = ['-c', '8', '--open-timeout', '200ms', '--select', 'round-robin'];

  /** Measures a server that answers slowly, so that a closed loop has few requests to send, and one that refuses. */
  async function measureRefused(transport: 'tcp' | 'udp', ...more: readonly string[]): Promise<Trial> {
    const slowly = 5;
    const good = await (transport === 'tcp'
      ? tcpServer(echoAfter(slowly))
      : udpServer((datagram, reply) => setTimeout(() => reply(datagram), slowly)));
    return measureAll([good, `${transport}://${CLOSED}`], ...flags, ...more);
  }

  /** Expects that it is reported with its failures, and the other continued. */
  function expectRefused(trial: Trial, transport: string, unused: 'sent' | 'dropped'): void {
    expectWhole(trial);
    const [served, refusing] = trial.targets ?? [];
    expect(served?.requests.completed).toBeGreaterThan(0);
    expect(served && failedOf(served)).toBe(0);
    expect(refusing?.requests).toMatchObject({ completed: 0, corrupted: 0 });
    expect(refusing && failedOf(refusing)).toBeGreaterThan(0);
    expect(refusing?.requests[unused]).toBe(0);
    expect(trial.validity.verdict).toBe('suspect');
    const [reason] = trial.validity.reasons.filter(({ code }) => code === 'target-failed');
    expect(reason?.message).toContain(`${transport}://${CLOSED} all of its ${refusing && failedOf(refusing)}`);
  }

  // Datagrams are sent, and a connection per request is attempted. Over pooled connections nothing was ever sent.
  test.each([
    ['tcp, in a closed loop', 'tcp', [], 'sent'],
    ['tcp, with a connection for each request', 'tcp', ['--connection', 'per-request'], 'dropped'],
    ['udp, in a closed loop', 'udp', [], 'dropped'],
    ['udp, at a rate', 'udp', ['-R', '400'], 'dropped'],
  ] as const)('is reported with its failures, and the others continue: %s', async (_, transport, more, unused) => {
    expectRefused(await measureRefused(transport, ...more), transport, unused);
  });

  test('gets its share of arrivals over tcp, and each fails and is reported', async () => {
    const trial = await measureRefused('tcp', '-R', '200', '-d', '1s');
    expectRefused(trial, 'tcp', 'sent');
    const [served, refusing] = trial.targets ?? [];
    const dropped = refusing?.requests.dropped ?? 0;
    expectRate({ ...trial, requests: { ...trial.requests, sent: trial.requests.sent + dropped } }, 200, 1);
    expect(Math.abs((served?.requests.completed ?? 0) - dropped)).toBeLessThanOrEqual(5);
    expect(refusing?.requests).toMatchObject({ sent: 0, timedOut: 0 });
    expect(trial.requests.drops).toMatchObject({ refused: dropped });
  });

  test('fails the trial when all others refuse, too', async () => {
    const urls = [`tcp://${CLOSED}`, `tcp://${CLOSED}`].flatMap((url) => ['--target', url]);
    const { code, result } = await measureTargets(...urls, ...flags);
    expect({ code, trials: result.trials.length }).toEqual({ code: 4, trials: 0 });
    expect(result.failures[0]?.message).toContain('127.0.0.1:1');
  });

  test('is retried, and gets its share when it listens', async () => {
    const port = await freePort('tcp');
    const late = createServer({ noDelay: true }, echo);
    onTestFinished(() => void late.close());
    const good = await tcpServer((socket) => {
      socket.once('data', () => late.listening || late.listen(port, '127.0.0.1'));
      echo(socket);
    });
    const trial = await measureAll([good, `tcp://127.0.0.1:${port}`], ...flags, '-R', '200', '-d', '500ms');
    expectWhole(trial);
    expect(trial.targets?.[1]?.requests.completed).toBeGreaterThan(0);
  });
});

describe('a group of started servers', () => {
  test('has numbered names for equal models, and is reported as one', async () => {
    const flags = ['--model', 'async', '--model', 'async', '-c', '4', '--select', 'round-robin'];
    const { code, result } = await measureTargets(...flags, ...counted(100));
    const trial = onlyTrial({ code, result });
    expect(code).toBe(0);
    expect(trial.targets?.map(({ target }) => target)).toEqual(['async #1', 'async #2']);
    expect(result.plan).toMatchObject({ models: ['async #1 + async #2'], select: 'round-robin' });
    expect(trial.server?.processes).toBe(2);
    expectWhole(trial);
  });

  test('may contain models and commands, and fails when one does not start', async () => {
    const flags = ['--model', 'async', '--exec', 'echo no port {port} for me >&2', '-c', '4', '--select', 'p2c'];
    const { code, result } = await measureTargets(...flags);
    expect(code).toBe(4);
    expect(result.failures).toMatchObject([{ stderr: [expect.stringContaining('for me')] }]);
  });

  const member = { kind: 'model', model: 'async' } as const;

  function started(port: number, pids: RunningTarget['pids']): RunningTarget & { stopped: boolean } {
    const target = {
      address: { host: '127.0.0.1', port },
      pids,
      died: new Promise<never>(() => undefined),
      watch: () => undefined,
      lost: async () => [],
      stopped: false,
      stop: async () => {
        target.stopped = true;
      },
    };
    return target;
  }

  test('is stopped when one does not start', async () => {
    const good = [started(1, null), started(2, null)];
    const outcomes = [good[0], new TargetError('no'), good[1]];
    const start = async () => {
      const outcome = outcomes.shift();
      if (outcome === undefined || outcome instanceof Error) throw outcome;
      return outcome;
    };
    await expect(startGroup([member, member, member], start)).rejects.toThrow('no');
    expect(good.map(({ stopped }) => stopped)).toEqual([true, true]);
  });

  test('is watched as one, unless some servers are not its own', async () => {
    const groupOf = (...targets: readonly RunningTarget[]) => {
      const left = [...targets];
      return startGroup(
        targets.map(() => member),
        async () => left.shift() ?? started(0, null),
      );
    };
    const ours = await groupOf(
      started(1, () => [10, 11]),
      started(2, () => [20]),
    );
    expect(ours).toMatchObject({ address: { port: 1 }, members: [{ address: { port: 1 } }, { address: { port: 2 } }] });
    expect(ours.pids?.()).toEqual([10, 11, 20]);
    expect(
      (
        await groupOf(
          started(1, null),
          started(2, () => [20]),
        )
      ).pids,
    ).toBeNull();
  });
});
