import { describe, expect, onTestFinished, test } from 'vitest';
import { check, EAGAIN, EPIPE } from '../../sockets/errors/errno.ts';
import { connect, localAddress, MSG_DONTWAIT, SHUT_WR, send, shutdown, socket } from '../../sockets/socket.ts';
import { DatagramLayout } from '../../sockets/uring/datagram-layout.ts';
import { whyMissing } from '../requirements.ts';
import { closing, connection, listening, loopback, memory } from './open.ts';
import { completed, makeBuffers, makeRing, receiveText, sendText } from './rings.ts';

describe.skipIf(whyMissing('uring'))('a ring sends without waiting', () => {
  test('and reports nothing when all bytes were taken', () => {
    const ring = makeRing();
    const [client, server] = connection();
    const bytes = memory(8);
    bytes.bytes.set(Buffer.from('complete'));
    ring.submissions.sendNow(server, bytes, 0, 8, 1, 2);
    expect(ring.submit()).toBe(1);
    expect(receiveText(client)).toBe('complete');
    expect(ring.submitAndWait(0, 0)).toBe(0);
  });

  test('and reports how much was taken, before a pending receive', () => {
    const ring = makeRing();
    const buffers = makeBuffers(ring, 2, 16);
    const [, server] = connection();
    const [talker, listener] = connection();
    const bytes = memory(64 << 20);
    ring.submissions.recvMultishot(listener, buffers.group, 1, 1);
    ring.submit();
    sendText(talker, 'waiting');
    ring.submissions.sendNow(server, bytes, 0, bytes.size, 2, 2);
    const [first, second] = completed(ring, 2);
    expect(first).toMatchObject({ kind: 2, data: 2, more: false });
    expect(first?.result).toBeGreaterThan(0);
    expect(first?.result).toBeLessThan(bytes.size);
    expect(second).toMatchObject({ kind: 1, result: 7 });
  });

  test('and reports when nothing was taken, and errors', () => {
    const ring = makeRing();
    const [, server] = connection();
    const bytes = memory(1 << 20);
    while (send(server, bytes, 0, bytes.size, MSG_DONTWAIT) > 0);
    ring.submissions.sendNow(server, bytes, 0, 8, 1, 2);
    expect(completed(ring, 1)).toMatchObject([{ kind: 1, data: 2, result: -EAGAIN }]);
    check(shutdown(server, SHUT_WR), 'shutdown');
    ring.submissions.sendNow(server, bytes, 0, 8, 1, 3);
    expect(completed(ring, 1)).toMatchObject([{ kind: 1, data: 3, result: -EPIPE }]);
  });

  test('and answers datagrams to their senders', () => {
    const ring = makeRing();
    const buffers = makeBuffers(ring, 4, 64 + DatagramLayout.overhead);
    const layout = new DatagramLayout();
    onTestFinished(() => layout.free());
    const server = listening('udp');
    const clients = [0, 1].map(() => closing(check(socket('udp', loopback.host), 'socket')));
    for (const [i, client] of clients.entries()) {
      check(connect(client, localAddress(server)), 'connect');
      sendText(client, `from ${i}`);
    }
    ring.submissions.recvmsgMultishot(server, layout, buffers.group, 1, 0);
    const { data } = buffers;
    for (const { buffer } of completed(ring, 2)) {
      const at = buffer * buffers.size;
      expect(layout.lengthAt(data, at)).toBe(6);
      expect(layout.peerLengthAt(data, at)).toBe(16);
      const peer = { memory: data, offset: at + DatagramLayout.peer, length: 16 };
      ring.submissions.sendTo(server, data, at + DatagramLayout.overhead, 6, peer, 2);
    }
    ring.submit();
    expect(clients.map(receiveText)).toEqual(['from 0', 'from 1']);
    expect(ring.submitAndWait(0, 0)).toBe(0);
  });
});
