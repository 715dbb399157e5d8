import { readdirSync } from 'node:fs';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Assignment } from '../../bench/load/assignment.ts';
import { BoundedDemand } from '../../bench/load/demand.ts';
import { LiveView } from '../../bench/load/live.ts';
import { LoadState } from '../../bench/load/load-state.ts';
import { RingStream, ringSuits } from '../../bench/load/workloads/ring-stream.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { KernelClock } from '../../bench/measure/kernel-clock.ts';
import type { OperatingPoint } from '../../bench/model/operating-point.ts';
import { Epoll } from '../../sockets/epoll.ts';
import { ECONNREFUSED } from '../../sockets/errno.ts';
import { close, localAddress, openServer, send } from '../../sockets/socket.ts';
import { whyNoUring } from '../../sockets/uring-availability.ts';
import { echo, onceFaulty, type Reply, TurningServer } from './turning-server.ts';

/** Tells the kernel's timestamps, in the tests with them. */
let clock: KernelClock | undefined;

class Load {
  readonly live = new LiveView();
  readonly server: TurningServer;
  readonly state: LoadState;
  readonly workload: RingStream;
  readonly #epoll = new Epoll();

  constructor(reply: Reply, point: Partial<OperatingPoint> = {}, address?: Assignment['address']) {
    this.server = new TurningServer(reply);
    const assignment = assign(point, address ?? this.server.address);
    this.state = new LoadState(assignment.point.connections, this.live, clock, false);
    this.workload = new RingStream(assignment, this.state, this.#epoll);
    onTestFinished(() => this.close());
    for (let c = 0; c < assignment.point.connections; c++) this.workload.open(c);
  }

  /** Turns client and server until something is so; not for ever. */
  until(done: () => boolean): void {
    const end = nowNanos() + 5e9;
    while (!done()) {
      if (nowNanos() > end) throw new Error(`it did not come to that: ${JSON.stringify(this.state.counts)}`);
      this.workload.exchange(0);
      this.server.turn();
      this.workload.sweep(nowNanos(), nowNanos() - 4e9);
    }
  }

  /** Opens all, and lets the load flow until so many requests were answered. */
  flow(answers: number): LoadState['counts'] {
    const { state, workload } = this;
    this.until(() => workload.answered === workload.sockets.opened && workload.answered > 0);
    state.flowing = true;
    for (let c = 0; c < workload.answered; c++) workload.resume(c);
    this.until(() => state.counts.completed >= answers);
    return state.counts;
  }

  close(): void {
    this.workload.close();
    this.#epoll.close();
    this.server.close();
  }
}

function assign(point: Partial<OperatingPoint>, address: Assignment['address']): Assignment {
  return {
    point: {
      transport: 'tcp',
      workload: 'request-response',
      connection: 'pooled',
      connections: 5,
      pipelining: 1,
      sizes: [{ from: 64, to: 64, share: 1 }],
      ...point,
    },
    address,
    thread: 0,
    threads: 1,
    firstConnection: 3,
    cpus: [],
    pacer: null,
    levels: null,
    requests: null,
    timestamps: 'user',
    timeoutMs: 4000,
    openTimeoutMs: 4000,
    control: new SharedArrayBuffer(0),
    live: new SharedArrayBuffer(0),
  };
}

/** Every request has ended in one way, or is in flight. */
function expectAllAccountedFor({ state: { counts }, workload }: Load): void {
  const { sent, completed, timedOut, errors, corrupted } = counts;
  expect(completed + timedOut + errors + corrupted + workload.outstanding).toBe(sent);
}

const sized = (size: number) => ({ sizes: [{ from: size, to: size, share: 1 }] });

const ways = ['user', 'kernel'] as const;

describe.skipIf(whyNoUring()).each(ways)('requests by io_uring, %s timestamps', (timestamps) => {
  beforeEach(() => {
    clock = timestamps === 'kernel' ? new KernelClock() : undefined;
  });

  test('are timed as far as is wanted', () => {
    const load = new Load(echo, { connections: 5 });
    load.flow(200);
    const { response, service, generatorLag } = load.live;
    expect(response.count).toBeGreaterThanOrEqual(200);
    // The kernel may begin to stamp a moment after it was asked to.
    if (timestamps === 'kernel') expect(service.count).toBeGreaterThan(0);
    else expect(service.count).toBe(0);
    expect(generatorLag.count).toBe(service.count);
    expect(service.max).toBeLessThanOrEqual(response.max);
  });

  test.each([1, 7, 8, 61, 64, 1000, 16_384])('of %i bytes are answered, each on its connection', (size) => {
    const load = new Load(echo, sized(size));
    const counts = load.flow(500);
    expect(counts).toMatchObject({ errors: 0, timedOut: 0, corrupted: 0, unsolicited: 0 });
    expect(counts.bytes).toBe(counts.completed * size);
    expect(load.workload.outstanding).toBe(5);
    expect(load.workload.sockets.opened).toBe(5);
    const { starved } = load.state.fairness(5);
    expect(starved).toBe(0);
    expectAllAccountedFor(load);
  });

  test('wait for the word to go: one request a connection before', () => {
    const load = new Load(echo);
    load.until(() => load.workload.answered === 5);
    for (let i = 0; i < 20; i++) {
      load.workload.exchange(0);
      load.server.turn();
    }
    expect(load.state.counts).toMatchObject({ sent: 5, completed: 5 });
  });

  test('are as many as are asked for', () => {
    const load = new Load(echo);
    load.until(() => load.workload.answered === 5);
    const demand = new BoundedDemand();
    demand.active = 2;
    demand.left = 9;
    load.state.demand = demand;
    load.state.flowing = true;
    for (let c = 0; c < 5; c++) load.workload.resume(c);
    load.until(() => demand.left === 0 && load.workload.outstanding === 0);
    expect(load.state.counts).toMatchObject({ sent: 5 + 9, completed: 5 + 9 });
  });

  test('more connections than the ring has buffers for: the rest waits in sockets', () => {
    const load = new Load(echo, { connections: 1100, ...sized(16_384) });
    load.until(() => load.workload.answered === 1100);
    load.state.flowing = true;
    // The server answers all before any reply is read.
    for (let c = 0; c < 1100; c++) load.workload.resume(c);
    load.until(() => load.state.counts.completed >= 5000);
    expect(load.state.counts).toMatchObject({ errors: 0, corrupted: 0, unsolicited: 0 });
  });

  test('replies in pieces are put together', () => {
    const load = new Load(({ inbox, later }, fd, _, length) => {
      for (let at = 0; at < length; at += 13)
        later.push({ fd, bytes: inbox.bytes.slice(at, Math.min(at + 13, length)) });
    });
    expect(load.flow(200)).toMatchObject({ errors: 0, corrupted: 0, unsolicited: 0 });
  });

  test.each([0, 5, 9, 40, 63])('a wrong byte at %i is found, and the connection replaced', (at) => {
    const load = new Load(
      onceFaulty(10, ({ inbox }, fd, _, length) => {
        inbox.bytes[at] = (inbox.bytes[at] as number) ^ 1;
        send(fd, inbox, 0, length);
      }),
    );
    expect(load.flow(200)).toMatchObject({ corrupted: 1, errors: 0 });
    load.until(() => load.server.accepted === 6);
    expectAllAccountedFor(load);
  });

  test('a wrong byte in the last of several pieces is found', () => {
    const load = new Load(
      onceFaulty(10, ({ inbox, later }, fd, _, length) => {
        inbox.bytes[60] = (inbox.bytes[60] as number) ^ 1;
        later.push({ fd, bytes: inbox.bytes.slice(0, 30) }, { fd, bytes: inbox.bytes.slice(30, length) });
      }),
    );
    load.flow(200);
    load.until(() => load.state.counts.corrupted === 1);
    expectAllAccountedFor(load);
  });

  test('another connection’s reply is a wrong one', () => {
    let kept: Uint8Array | undefined;
    const load = new Load(
      ({ inbox }, fd, connection, length) => {
        if (connection === 1) kept = inbox.bytes.slice(0, length);
        if (connection === 0 && kept !== undefined) inbox.bytes.set(kept);
        send(fd, inbox, 0, length);
      },
      { connections: 2 },
    );
    load.until(() => load.state.counts.corrupted > 0 || load.workload.answered === 2);
    load.state.flowing = true;
    for (const c of [0, 1]) load.workload.resume(c);
    load.until(() => load.state.counts.corrupted > 0);
    expectAllAccountedFor(load);
  });

  test('more than was asked for is noticed', () => {
    const load = new Load(
      onceFaulty(10, ({ inbox }, fd, _, length) => void send(fd, inbox, 0, length + 4)),
      { connections: 1 },
    );
    const counts = load.flow(100);
    expect(counts.unsolicited + counts.corrupted).toBe(1);
    expectAllAccountedFor(load);
  });

  test('more in the same piece as the reply is noticed', () => {
    // A buffer for 61 bytes has room for 64.
    const load = new Load(
      onceFaulty(10, ({ inbox }, fd, _, length) => void send(fd, inbox, 0, length + 3)),
      sized(61),
    );
    expect(load.flow(200)).toMatchObject({ unsolicited: 1, corrupted: 0, errors: 1 });
    expectAllAccountedFor(load);
  });

  test('a connection that takes all buffers harms no other', () => {
    let flooded = 0;
    let waiting: { fd: number; bytes: Uint8Array } | undefined;
    const load = new Load(
      (server, fd, connection, length) => {
        const { inbox, accepted } = server;
        if (!load.state.flowing || accepted > 2) {
          echo(server, fd, connection, length);
          return;
        }
        const asked = { fd, bytes: inbox.bytes.slice(0, length) };
        const [first, second] = connection === 0 ? [asked, waiting] : [waiting, asked];
        waiting = asked;
        if (first === undefined || second === undefined) return;
        // Both have asked. The second one is answered when the first has taken every buffer there is.
        flooded = send(first.fd, inbox, 0, inbox.size);
        inbox.bytes.set(second.bytes);
        send(second.fd, inbox, 0, length);
        waiting = undefined;
      },
      { connections: 2 },
    );
    expect(load.flow(100)).toMatchObject({ errors: 0, corrupted: 1 });
    expect(flooded).toBeGreaterThan(10_000);
    expect(load.server.accepted).toBe(3);
    // The second one's receive had ended, and was begun again.
    load.state.flowing = false;
    load.until(() => load.workload.outstanding === 0);
    expect(load.state.counts).toMatchObject({ timedOut: 0, errors: 0 });
    expectAllAccountedFor(load);
  });

  test('a connection that is closed before it has replied costs its request, and is opened again', () => {
    const load = new Load(onceFaulty(10, (server, fd) => server.hangUp(fd)));
    expect(load.flow(200)).toMatchObject({ errors: 1, corrupted: 0 });
    load.until(() => load.server.accepted === 6);
    expect(load.workload.sockets.opened).toBe(5);
    expectAllAccountedFor(load);
  });

  test('a server that closes after every reply is met with new connections, whatever the old ones still tell', () => {
    const load = new Load((server, fd, connection, length) => {
      echo(server, fd, connection, length);
      server.hangUp(fd);
    });
    load.until(() => load.workload.answered === 5);
    load.state.flowing = true;
    for (let c = 0; c < 5; c++) load.workload.resume(c);
    load.until(() => load.state.counts.completed > 500);
    expect(load.state.counts).toMatchObject({ corrupted: 0, unsolicited: 0 });
    // They had served: no need to wait before they are opened again.
    expect(load.workload.ailing).toBe(false);
    expectAllAccountedFor(load);
  });

  test('a connection that is given up when the load is over is closed for good', () => {
    const load = new Load(onceFaulty(10, () => undefined));
    load.flow(200);
    load.state.flowing = false;
    load.state.draining = true;
    load.until(() => load.workload.outstanding === 1);
    load.workload.sweep(nowNanos(), nowNanos());
    expect(load.state.counts.timedOut).toBe(1);
    load.until(() => load.server.open === 4);
    expect(load.server.accepted).toBe(5);
    expectAllAccountedFor(load);
  });

  test('no reply in time is a time-out, and a late one disturbs nobody', () => {
    let late: { fd: number; bytes: Uint8Array } | undefined;
    const load = new Load(
      onceFaulty(10, ({ inbox }, fd, _, length) => {
        late = { fd, bytes: inbox.bytes.slice(0, length) };
      }),
    );
    load.flow(200);
    const { counts } = load.state;
    load.state.flowing = false;
    load.until(() => load.workload.outstanding === 1 && late !== undefined);
    // It is sent before the server can know that nobody waits for it any more.
    if (late !== undefined) load.server.later.push(late);
    load.state.flowing = true;
    load.workload.sweep(nowNanos(), nowNanos());
    expect(counts.timedOut).toBe(1);
    for (let c = 0; c < 5; c++) load.workload.resume(c);
    load.until(() => load.server.accepted === 6 && load.workload.outstanding === 5);
    expect(counts).toMatchObject({ errors: 0, corrupted: 0, unsolicited: 0 });
    expectAllAccountedFor(load);
  });

  test('nobody listens: it is tried again and again', () => {
    const listener = openServer('tcp', { host: '127.0.0.1', port: 0 });
    const address = localAddress(listener);
    close(listener);
    const load = new Load(echo, {}, address);
    load.until(() => load.state.counts.errors >= 10);
    expect(load.workload.sockets.lastErrno).toBe(ECONNREFUSED);
    expect(load.workload.ailing).toBe(true);
  });

  test('those given up at the end are counted, and nothing is left open', () => {
    const before = readdirSync('/proc/self/fd').length;
    const load = new Load(() => undefined);
    load.until(() => load.workload.outstanding === 5);
    load.workload.abandon(nowNanos());
    expect(load.state.counts).toMatchObject({ sent: 5, timedOut: 5, completed: 0 });
    expect(load.workload.outstanding).toBe(0);
    expect(readdirSync('/proc/self/fd').length).toBeGreaterThan(before + 5);
    load.close();
    expect(readdirSync('/proc/self/fd').length).toBe(before);
    load.close = () => undefined;
  });
});

describe('the ring suits', () => {
  const address = { host: '127.0.0.1', port: 1 };
  test('a closed loop of one size', () => {
    expect(ringSuits(assign({}, address))).toBe(true);
    expect(ringSuits({ ...assign({}, address), timestamps: 'kernel' })).toBe(true);
  });

  test.each<[string, Partial<OperatingPoint>]>([
    ['UDP', { transport: 'udp' }],
    ['one-way loads', { workload: 'upload' }],
    ['a connection a request', { connection: 'per-request' }],
    ['several requests in flight', { pipelining: 2 }],
    ['mixed sizes', { sizes: [{ from: 64, to: 65, share: 1 }] }],
    ['requests that are too large', sized(16_385)],
    ['too much memory', { connections: 4097, ...sized(16_384) }],
  ])('not %s', (_, point) => {
    expect(ringSuits(assign(point, address))).toBe(false);
  });

  test('not a load at a rate', () => {
    const profile = { start: 1, stages: [], holdMs: 0 };
    const pacer = { profile, arrivals: 'constant', seed: 1, thread: 0, threads: 1 } as const;
    expect(ringSuits({ ...assign({}, address), pacer })).toBe(false);
  });
});
