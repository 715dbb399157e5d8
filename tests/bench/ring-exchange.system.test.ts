import { readdirSync } from 'node:fs';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { BoundedDemand } from '../../bench/load/demand/demand.ts';
import type { RingExchange } from '../../bench/load/streams/ring-exchange.ts';
import type { Assignment } from '../../bench/load/threads/assignment.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { KernelClock } from '../../bench/measure/kernel-clock.ts';
import type { OperatingPoint } from '../../bench/model/operating-point.ts';
import { ECONNREFUSED } from '../../sockets/errors/errno.ts';
import { close, localAddress, openServer, send } from '../../sockets/socket.ts';
import { whyMissing } from '../requirements.ts';
import { ServerProcess } from '../servers/server-process.ts';
import { ExchangeLoad } from './exchange-load.ts';
import { echo, onceFaulty, type Reply } from './turning-server.ts';

/** Converts the kernel's timestamps, in the tests with them. */
let clock: KernelClock | undefined;

function start(reply: Reply, point: Partial<OperatingPoint> = {}, address?: Assignment['address']): ExchangeLoad {
  return new ExchangeLoad(reply, { point, address, clock });
}

/** Expects that every request has ended in one way, or is in flight. */
function expectAllAccountedFor({ state: { counts }, workload }: ExchangeLoad): void {
  const { sent, completed, timedOut, errors, corrupted } = counts;
  expect(completed + timedOut + errors + corrupted + workload.outstanding).toBe(sent);
}

const sized = (size: number) => ({ sizes: [{ from: size, to: size, share: 1 }] });

const ways = ['user', 'kernel'] as const;

describe.skipIf(whyMissing('uring')).each(ways)('requests by io_uring, %s timestamps', (timestamps) => {
  beforeEach(() => {
    clock = timestamps === 'kernel' ? new KernelClock() : undefined;
  });

  test('have service times only with kernel timestamps', () => {
    const load = start(echo, { connections: 5 });
    load.flow(200);
    const { response, service, generatorLag } = load.live;
    expect(response.count).toBeGreaterThanOrEqual(200);
    // The kernel starts to timestamp some time after it was asked to; on a busy machine, later than these replies.
    if (timestamps === 'kernel') load.until(() => service.count > 0);
    else expect(service.count).toBe(0);
    expect(generatorLag.count).toBe(service.count);
    expect(service.max).toBeLessThanOrEqual(response.max);
  });

  test.each([1, 7, 8, 61, 64, 1000, 16_384])('of %i bytes are answered, each on its connection', (size) => {
    const load = start(echo, sized(size));
    const counts = load.flow(500);
    expect(counts).toMatchObject({ errors: 0, timedOut: 0, corrupted: 0, unsolicited: 0 });
    expect(counts.bytes).toBe(counts.completed * size);
    expect(load.workload.outstanding).toBe(5);
    expect(load.workload.sockets.opened).toBe(5);
    const { starved } = load.state.fairness(5);
    expect(starved).toBe(0);
    expectAllAccountedFor(load);
  });

  test('before the start signal are one for each connection', () => {
    const load = start(echo);
    load.until(() => load.workload.answered === 5);
    for (let i = 0; i < 20; i++) {
      load.turn();
      load.server.turn();
    }
    expect(load.state.counts).toMatchObject({ sent: 5, completed: 5 });
  });

  test('are sent in the requested number', () => {
    const load = start(echo);
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

  test('are sent before replies are awaited', async () => {
    const server = await ServerProcess.start({ model: 'event-driven', transport: 'tcp' });
    onTestFinished(() => server.kill());
    const load = start(echo, {}, server.address);
    load.until(() => load.workload.answered === 5);
    load.state.flowing = true;
    for (let c = 0; c < 5; c++) load.workload.resume(c);
    // exchange() returns as soon as one is answered.
    (load.workload as RingExchange).exchange(3000e6);
    expect(load.state.counts.completed).toBeGreaterThan(5);
  });

  test('may need more buffers than the ring has', () => {
    const load = start(echo, { connections: 1100, ...sized(16_384) });
    load.until(() => load.workload.answered === 1100);
    load.state.flowing = true;
    // The server answers all before any reply is read.
    for (let c = 0; c < 1100; c++) load.workload.resume(c);
    load.until(() => load.state.counts.completed >= 5000);
    expect(load.state.counts).toMatchObject({ errors: 0, corrupted: 0, unsolicited: 0 });
  });

  test('may have replies in several pieces', () => {
    const load = start(({ inbox, later }, fd, _, length) => {
      for (let at = 0; at < length; at += 13)
        later.push({ fd, bytes: inbox.bytes.slice(at, Math.min(at + 13, length)) });
    });
    expect(load.flow(200)).toMatchObject({ errors: 0, corrupted: 0, unsolicited: 0 });
  });

  test.each([0, 5, 9, 40, 63])('a wrong byte at %i is detected, and the connection replaced', (at) => {
    const load = start(
      onceFaulty(10, ({ inbox }, fd, _, length) => {
        inbox.bytes[at] = (inbox.bytes[at] as number) ^ 1;
        send(fd, inbox, 0, length);
      }),
    );
    expect(load.flow(200)).toMatchObject({ corrupted: 1, errors: 0 });
    load.until(() => load.server.accepted === 6);
    expectAllAccountedFor(load);
  });

  test('a wrong byte in the last of several pieces is detected', () => {
    const load = start(
      onceFaulty(10, ({ inbox, later }, fd, _, length) => {
        inbox.bytes[60] = (inbox.bytes[60] as number) ^ 1;
        later.push({ fd, bytes: inbox.bytes.slice(0, 30) }, { fd, bytes: inbox.bytes.slice(30, length) });
      }),
    );
    load.flow(200);
    load.until(() => load.state.counts.corrupted === 1);
    expectAllAccountedFor(load);
  });

  test('a reply of another connection is corrupted', () => {
    let kept: Uint8Array | undefined;
    const load = start(
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

  test('bytes beyond the reply are detected', () => {
    const load = start(
      onceFaulty(10, ({ inbox }, fd, _, length) => void send(fd, inbox, 0, length + 4)),
      { connections: 1 },
    );
    const counts = load.flow(100);
    expect(counts.unsolicited + counts.corrupted).toBe(1);
    expectAllAccountedFor(load);
  });

  test('bytes beyond the reply in the same piece are detected', () => {
    // A buffer for 61 bytes has room for 64.
    const load = start(
      onceFaulty(10, ({ inbox }, fd, _, length) => void send(fd, inbox, 0, length + 3)),
      sized(61),
    );
    expect(load.flow(200)).toMatchObject({ unsolicited: 1, corrupted: 0, errors: 0 });
    expectAllAccountedFor(load);
  });

  test('a connection that takes all buffers does not disturb another', () => {
    let flooded = 0;
    let waiting: { fd: number; bytes: Uint8Array } | undefined;
    const load = start(
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
        // Both have sent a request. The second is answered when the first has taken all buffers.
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
    // The receive of the second had ended, and was started again.
    load.state.flowing = false;
    load.until(() => load.workload.outstanding === 0);
    expect(load.state.counts).toMatchObject({ timedOut: 0, errors: 0 });
    expectAllAccountedFor(load);
  });

  test('a connection that closes before its reply fails its request and is reopened', () => {
    const load = start(onceFaulty(10, (server, fd) => server.hangUp(fd)));
    expect(load.flow(200)).toMatchObject({ errors: 1, corrupted: 0 });
    load.until(() => load.server.accepted === 6);
    expect(load.workload.sockets.opened).toBe(5);
    expectAllAccountedFor(load);
  });

  test('a server that closes after every reply gets new connections', () => {
    const load = start((server, fd, connection, length) => {
      echo(server, fd, connection, length);
      server.hangUp(fd);
    });
    load.until(() => load.workload.answered === 5);
    load.state.flowing = true;
    for (let c = 0; c < 5; c++) load.workload.resume(c);
    load.until(() => load.state.counts.completed > 500);
    expect(load.state.counts).toMatchObject({ corrupted: 0, unsolicited: 0 });
    // They had served, so they are opened again without a delay.
    expect(load.workload.needsSweep).toBe(false);
    expectAllAccountedFor(load);
  });

  test('a connection given up after the load is not reopened', () => {
    const load = start(onceFaulty(10, () => undefined));
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

  test('a missing reply is a time-out, and a late reply does no harm', () => {
    let late: { fd: number; bytes: Uint8Array } | undefined;
    const load = start(
      onceFaulty(10, ({ inbox }, fd, _, length) => {
        late = { fd, bytes: inbox.bytes.slice(0, length) };
      }),
    );
    load.flow(200);
    const { counts } = load.state;
    load.state.flowing = false;
    load.until(() => load.workload.outstanding === 1 && late !== undefined);
    // Sent before the server can know that the request has timed out.
    if (late !== undefined) load.server.later.push(late);
    load.state.flowing = true;
    load.workload.sweep(nowNanos(), nowNanos());
    expect(counts.timedOut).toBe(1);
    for (let c = 0; c < 5; c++) load.workload.resume(c);
    load.until(() => load.server.accepted === 6 && load.workload.outstanding === 5);
    expect(counts).toMatchObject({ errors: 0, corrupted: 0, unsolicited: 0 });
    expectAllAccountedFor(load);
  });

  test('refused connections are retried', () => {
    const listener = openServer('tcp', { host: '127.0.0.1', port: 0 });
    const address = localAddress(listener);
    close(listener);
    const load = start(echo, {}, address);
    load.until(() => load.state.counts.refused >= 10);
    expect(load.workload.sockets.lastErrno).toBe(ECONNREFUSED);
    expect(load.workload.needsSweep).toBe(true);
  });

  test('requests given up at the end are counted, and no descriptor remains open', () => {
    const before = readdirSync('/proc/self/fd').length;
    const load = start(() => undefined);
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
