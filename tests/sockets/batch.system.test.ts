import { describe, expect, onTestFinished, test } from 'vitest';
import { type BatchOptions, DatagramBatch } from '../../sockets/batch.ts';
import { EAGAIN, EBADF } from '../../sockets/errors/errno.ts';
import { connect, localAddress, MSG_DONTWAIT, recv, send, setBlocking } from '../../sockets/socket.ts';
import { datagramPair, listening, memory, noLibc } from './open.ts';

function batchOf(capacity: number, slotSize: number, options: BatchOptions = {}): DatagramBatch {
  const batch = new DatagramBatch(capacity, slotSize, options);
  onTestFinished(() => batch.free());
  return batch;
}

describe.skipIf(noLibc)('DatagramBatch', () => {
  test('datagrams of different lengths keep their boundaries and their order', () => {
    const [one, other] = datagramPair();
    const [out, inbox] = [batchOf(4, 100), batchOf(8, 100)];
    [0, 1, 50, 100].forEach((length, i) => {
      out.setLength(i, length);
      out.data.bytes.fill(i + 1, i * out.slotSize, i * out.slotSize + length);
    });
    expect(out.send(one, 0, 0, 4)).toBe(4);
    expect(inbox.receive(other, MSG_DONTWAIT)).toBe(4);
    expect([0, 1, 2, 3].map((i) => inbox.receivedLength(i))).toEqual([0, 1, 50, 100]);
    expect([1, 2, 3].map((i) => inbox.data.bytes[i * inbox.slotSize])).toEqual([2, 3, 4]);
    expect(inbox.data.bytes[3 * inbox.slotSize + 99]).toBe(4);
  });

  test('part of the slots can be sent', () => {
    const [one, other] = datagramPair();
    const out = batchOf(4, 8);
    for (let i = 0; i < 4; i++) out.setLength(i, i + 1);
    expect(out.send(one, 0, 1, 2)).toBe(2);
    const bytes = memory(8);
    expect(recv(other, bytes, 0, 8)).toBe(2);
    expect(recv(other, bytes, 0, 8)).toBe(3);
    expect(recv(other, bytes, 0, 8, MSG_DONTWAIT)).toBe(-EAGAIN);
  });

  test('no more datagrams than requested are received, and slots can be reused', () => {
    const [one, other] = datagramPair();
    const bytes = memory(64);
    for (const length of [10, 20, 30]) send(one, bytes, 0, length);
    const inbox = batchOf(4, 64);
    expect(inbox.receive(other, MSG_DONTWAIT, 2)).toBe(2);
    expect(inbox.receive(other, MSG_DONTWAIT)).toBe(1);
    expect(inbox.receivedLength(0)).toBe(30);
    expect(inbox.receive(other, MSG_DONTWAIT)).toBe(-EAGAIN);
  });

  test('a slot whose length was set for sending still receives whole datagrams', () => {
    const [one, other] = datagramPair();
    const batch = batchOf(1, 64);
    batch.setLength(0, 1);
    send(one, memory(64), 0, 64);
    expect(batch.receive(other, 0)).toBe(1);
    expect(batch.receivedLength(0)).toBe(64);
  });

  test('each datagram’s sender is known, and can be answered from its slot or from other memory', () => {
    const server = listening('udp');
    const clients = [listening('udp'), listening('udp')] as const;
    const bytes = memory(8);
    for (const client of clients) {
      connect(client, localAddress(server));
      send(client, bytes, 0, 1);
    }
    const batch = batchOf(4, 8, { withPeers: true });
    expect(batch.receive(server, MSG_DONTWAIT)).toBe(2);
    expect([batch.peerAt(0), batch.peerAt(1)]).toEqual(clients.map(localAddress));
    batch.setLength(0, 3);
    batch.setLength(1, 4);
    expect(batch.send(server, 0, 0, 2)).toBe(2);
    expect(batch.sendTo(1, server, 0, bytes, 0, 7)).toBe(7);
    expect(clients.map((client) => recv(client, bytes, 0, 8))).toEqual([3, 4]);
    expect(recv(clients[1], bytes, 0, 8)).toBe(7);
    setBlocking(clients[0], false);
    expect(recv(clients[0], bytes, 0, 8)).toBe(-EAGAIN);
  });

  test('a batch without peers throws when a peer is requested', () => {
    const batch = batchOf(1, 8);
    expect(() => batch.peerAt(0)).toThrow(TypeError);
    expect(() => batch.sendTo(0, 0, 0, memory(8), 0, 1)).toThrow(TypeError);
  });

  test('errors are negated errnos', () => {
    const batch = batchOf(1, 8);
    expect(batch.receive(-1, 0)).toBe(-EBADF);
    expect(batch.send(-1, 0, 0, 1)).toBe(-EBADF);
  });
});
