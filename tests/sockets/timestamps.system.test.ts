import { describe, expect, onTestFinished, test } from 'vitest';
import { asInternet } from '../../sockets/address.ts';
import { DatagramBatch } from '../../sockets/batch.ts';
import { EAGAIN } from '../../sockets/errors/errno.ts';
import { readRealtime } from '../../sockets/os/clock.ts';
import {
  bindTo,
  connectTo,
  droppedBySocket,
  localAddress,
  MSG_DONTWAIT,
  PeerAddress,
  send,
  setOption,
  socket,
  unacknowledged,
} from '../../sockets/socket.ts';
import { TimestampedReceiver } from '../../sockets/timestamps.ts';
import { PATIENCE_MS } from '../servers/until.ts';
import { closing, connection, datagramPair, listening, loopback, memory, noLibc } from './open.ts';

function receiverOf(size: number) {
  const inbox = memory(size);
  const receiver = new TimestampedReceiver(inbox);
  onTestFinished(() => receiver.free());
  return { inbox, receiver };
}

/** Repeats an attempt until a packet carries a timestamp: the kernel may start to stamp after a delay. */
function untilStamped(attempt: () => number): number {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    const seconds = attempt();
    if (seconds !== 0) return seconds;
  }
  throw new Error('the kernel never stamped a packet');
}

describe.skipIf(noLibc)('kernel receive timestamps', () => {
  test('come with the bytes of a stream, and lie between sending and receiving', () => {
    const [client, server] = connection();
    setOption(server, 'SO_TIMESTAMPNS', 1);
    const { inbox, receiver } = receiverOf(64);
    const out = memory(8);
    out.bytes.set([1, 2, 3]);
    let before = readRealtime();
    untilStamped(() => {
      before = readRealtime();
      expect(send(client, out, 0, 3)).toBe(3);
      expect(receiver.receive(server)).toBe(3);
      return receiver.seconds;
    });
    const after = readRealtime();
    expect([...inbox.bytes.subarray(0, 3)]).toEqual([1, 2, 3]);
    const since = (receiver.seconds - before.seconds) * 1e9 + receiver.nanos - before.nanos;
    expect(since).toBeGreaterThanOrEqual(0);
    expect(since).toBeLessThanOrEqual((after.seconds - before.seconds) * 1e9 + after.nanos - before.nanos);
  });

  test('are absent where they were not requested', () => {
    const [client, server] = connection();
    const { receiver } = receiverOf(64);
    send(client, memory(8), 0, 8);
    expect(receiver.receive(server)).toBe(8);
    expect(receiver.seconds).toBe(0);
  });

  test('do not change errors', () => {
    const [, server] = connection();
    const { receiver } = receiverOf(64);
    setOption(server, 'SO_TIMESTAMPNS', 1);
    const nonblocking = closing(socket('udp', loopback.host, false));
    expect(receiver.receive(nonblocking)).toBe(-EAGAIN);
    expect(receiver.receive(-1)).toBeLessThan(0);
  });

  test('come with each datagram of a batch, in order', () => {
    const [one, other] = datagramPair();
    setOption(other, 'SO_TIMESTAMPNS', 1);
    const batch = new DatagramBatch(4, 16, { withTimestamps: true });
    onTestFinished(() => batch.free());
    const out = memory(8);
    untilStamped(() => {
      for (let i = 0; i < 3; i++) send(one, out, 0, 8);
      expect(batch.receive(other, MSG_DONTWAIT)).toBe(3);
      return batch.stampSeconds(0);
    });
    const times = [0, 1, 2].map((i) => (batch.stampSeconds(i) - batch.stampSeconds(0)) * 1e9 + batch.stampNanos(i));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBeGreaterThan(1);
  });

  test('are 0 in a batch made without them', () => {
    const [one, other] = datagramPair();
    setOption(other, 'SO_TIMESTAMPNS', 1);
    const batch = new DatagramBatch(1, 16);
    onTestFinished(() => batch.free());
    send(one, memory(8), 0, 8);
    expect(batch.receive(other, MSG_DONTWAIT)).toBe(1);
    expect([batch.stampSeconds(0), batch.stampNanos(0)]).toEqual([0, 0]);
  });
});

describe.skipIf(noLibc)('the kernel’s information about a socket:', () => {
  test('unacknowledged bytes are counted, and are 0 at an end that sent none', () => {
    const [client, server] = connection();
    const nonblocking = memory(1 << 20);
    let sent = 0;
    for (let more = 1; more > 0; sent += Math.max(more, 0)) {
      more = send(client, nonblocking, 0, nonblocking.size, MSG_DONTWAIT);
    }
    // Bytes in the receive buffer of the server are acknowledged; the rest waits in the client's send buffer.
    expect(unacknowledged(client)).toBeGreaterThan(0);
    expect(unacknowledged(client)).toBeLessThan(sent);
    expect(unacknowledged(server)).toBe(0);
  });

  test('datagrams dropped because its buffer was full are counted', () => {
    const [one, other] = datagramPair();
    setOption(other, 'SO_RCVBUF', 4096);
    expect(droppedBySocket(other)).toBe(0);
    const out = memory(1024);
    for (let i = 0; i < 100; i++) send(one, out, 0, 1024);
    expect(droppedBySocket(other)).toBeGreaterThan(50);
    expect(droppedBySocket(one)).toBe(0);
  });

  test('a connection has the source address that it was bound to', () => {
    const listener = listening('tcp');
    const fd = closing(socket('tcp', loopback.host));
    const [source, peer] = [new PeerAddress(), new PeerAddress()];
    source.value = { host: '127.0.0.9', port: 0 };
    peer.value = localAddress(listener);
    setOption(fd, 'IP_BIND_ADDRESS_NO_PORT', 1);
    expect([bindTo(fd, source), connectTo(fd, peer)]).toEqual([0, 0]);
    expect(asInternet(localAddress(fd)).host).toBe('127.0.0.9');
  });
});
