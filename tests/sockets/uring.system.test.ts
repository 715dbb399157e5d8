import { describe, expect, onTestFinished, test } from 'vitest';
import { EBADF, ECANCELED, ECONNREFUSED, ETIME } from '../../sockets/errors/errno.ts';
import { POLLIN } from '../../sockets/polling/poll.ts';
import {
  close,
  localAddress,
  openServer,
  PeerAddress,
  recv,
  SHUT_RDWR,
  SHUT_WR,
  setReceiveTimeout,
  socket,
} from '../../sockets/socket.ts';
import { IOSQE_CQE_SKIP_SUCCESS, IOSQE_FIXED_FILE, IOSQE_IO_LINK } from '../../sockets/uring/submission-queue.ts';
import { whyMissing } from '../requirements.ts';
import { closing, connection, listening, loopback, memory } from './open.ts';
import { completed, makeBuffers, makeRing, openPair, PATIENCE, receiveText, sendText } from './rings.ts';

describe.skipIf(whyMissing('uring'))('a ring', () => {
  test('receives and sends, and returns both of the caller’s numbers unchanged', () => {
    const ring = makeRing();
    const [client, server] = connection();
    const inbox = memory(64);
    ring.submissions.recv(server, inbox, 8, 16, -(2 ** 31), 2 ** 31 - 1);
    sendText(client, 'hello');
    expect(completed(ring, 1)).toEqual([{ kind: -(2 ** 31), data: 2 ** 31 - 1, result: 5, more: false, buffer: -1 }]);
    expect(new TextDecoder().decode(inbox.bytes.subarray(8, 13))).toBe('hello');
    ring.submissions.send(server, inbox, 8, 5, 1, 2);
    expect(completed(ring, 1)).toMatchObject([{ kind: 1, data: 2, result: 5 }]);
    expect(receiveText(client)).toBe('hello');
  });

  test('echoes with multishot accept, multishot receive, and sends that do not report success', () => {
    const ring = makeRing();
    const buffers = makeBuffers(ring, 4, 32);
    const listener = listening('tcp');
    const [ACCEPT, RECEIVE, SEND] = [1, 2, 3];
    ring.submissions.acceptMultishot(listener, ACCEPT, 0);
    const peer = new PeerAddress();
    onTestFinished(() => peer.memory.free());
    peer.value = localAddress(listener);
    const clients = [0, 1, 2].map(() => closing(socket('tcp', loopback.host)));
    const CONNECT = 4;
    for (const client of clients) {
      ring.submissions.connect(client, peer, CONNECT, client);
      ring.submissions.flag(IOSQE_CQE_SKIP_SUCCESS);
    }
    const accepted = completed(ring, 3);
    expect(accepted.map(({ kind, more }) => ({ kind, more }))).toEqual(new Array(3).fill({ kind: ACCEPT, more: true }));
    for (const { result } of accepted) ring.submissions.recvMultishot(closing(result), buffers.group, RECEIVE, result);
    for (const round of [1, 2, 3]) {
      for (const [i, client] of clients.entries()) sendText(client, `round ${round} of client ${i}`);
      for (const one of completed(ring, 3)) {
        expect(one).toMatchObject({ kind: RECEIVE, more: true });
        ring.submissions.send(one.data, buffers.data, one.buffer * buffers.size, one.result, SEND, one.data);
        ring.submissions.flag(IOSQE_CQE_SKIP_SUCCESS);
        buffers.release(one.buffer);
      }
      ring.submit();
      buffers.publish();
      expect(clients.map(receiveText)).toEqual([0, 1, 2].map((i) => `round ${round} of client ${i}`));
    }
    expect(ring.submitAndWait(0, 0)).toBe(0);
  });

  test('cancels the operation with the given numbers, and no other', () => {
    const ring = makeRing();
    const buffers = makeBuffers(ring, 2, 16);
    const [client, server] = connection();
    const [other, otherServer] = connection();
    ring.submissions.recvMultishot(server, buffers.group, 1, 7);
    ring.submissions.recvMultishot(otherServer, buffers.group, 1, 8);
    ring.submissions.cancel(1, 7, 2, 0);
    ring.submissions.cancel(9, 9, 3, 0);
    const answers = new Map(completed(ring, 3).map(({ kind, result }) => [kind, result]));
    expect(answers).toEqual(
      new Map([
        [1, -ECANCELED],
        [2, 1],
        [3, 0],
      ]),
    );
    sendText(client, 'no client receives this');
    sendText(other, 'but this');
    const [heardThis] = completed(ring, 1);
    expect(heardThis).toMatchObject({ kind: 1, data: 8, result: 8, more: true });
  });

  test('completes timeouts when they expire, the shorter one first', () => {
    const ring = makeRing();
    const begin = process.hrtime.bigint();
    ring.submissions.timeout(30e6, 1, 30);
    ring.submissions.timeout(2e6, 1, 2);
    expect(completed(ring, 2)).toMatchObject([
      { data: 2, result: -ETIME },
      { data: 30, result: -ETIME },
    ]);
    expect(Number(process.hrtime.bigint() - begin)).toBeGreaterThanOrEqual(30e6);
  });

  test('stops waiting at the timeout when nothing has completed', () => {
    const ring = makeRing();
    const [, server] = connection();
    ring.submissions.recv(server, memory(8), 0, 8, 1, 0);
    const begin = process.hrtime.bigint();
    expect(ring.submitAndWait(1, 3e6)).toBe(0);
    expect(ring.submitAndWait(1, 3e6)).toBe(0);
    expect(Number(process.hrtime.bigint() - begin)).toBeGreaterThanOrEqual(6e6);
  });

  test('waits for the requested number of completions', () => {
    const ring = makeRing();
    const [client, server] = connection();
    const inbox = memory(16);
    for (const i of [0, 1]) ring.submissions.recv(server, inbox, 8 * i, 8, 1, i);
    sendText(client, 'one');
    expect(ring.submitAndWait(1, PATIENCE)).toBe(1);
    // Nothing completes the second receive, so the wait times out.
    expect(ring.submitAndWait(2, 3e6)).toBe(1);
    sendText(client, 'two');
    expect(ring.submitAndWait(2, PATIENCE)).toBe(2);
  });

  test('polls once, or repeatedly', () => {
    const ring = makeRing();
    const [client, server] = connection();
    ring.submissions.poll(server, POLLIN, 1, 0);
    ring.submissions.pollMultishot(server, POLLIN, 2, 0);
    ring.submit();
    sendText(client, 'a');
    const first = completed(ring, 2);
    expect(first.sort((a, b) => a.kind - b.kind)).toMatchObject([
      { kind: 1, result: POLLIN, more: false },
      { kind: 2, result: POLLIN, more: true },
    ]);
    sendText(client, 'b');
    expect(completed(ring, 1)).toMatchObject([{ kind: 2, result: POLLIN, more: true }]);
  });

  test('runs linked operations one after another', () => {
    const ring = makeRing();
    const [client, server] = connection();
    const outbox = memory(4);
    outbox.bytes.set([111, 110, 101, 33]);
    ring.submissions.send(server, outbox, 0, 4, 1, 0);
    ring.submissions.flag(IOSQE_IO_LINK);
    ring.submissions.shutdown(server, SHUT_WR, 2, 0);
    expect(completed(ring, 2).map(({ kind, result }) => [kind, result])).toEqual([
      [1, 4],
      [2, 0],
    ]);
    expect([receiveText(client), receiveText(client)]).toEqual(['one!', 0]);
  });

  test('sends all bytes when they do not fit into the socket at once', () => {
    const ring = makeRing();
    const [client, server] = connection();
    const outbox = memory(8 << 20);
    outbox.bytes.fill(7);
    ring.submissions.send(server, outbox, 0, outbox.size, 1, 0);
    ring.submit();
    const inbox = memory(1 << 20);
    let received = 0;
    let sent = 0;
    setReceiveTimeout(client, PATIENCE / 1e6);
    while (received < outbox.size) {
      const length = recv(client, inbox, 0, inbox.size);
      expect(length).toBeGreaterThan(0);
      received += length;
      // The ring sends the rest in this thread, when it polls for completions.
      const ready = ring.submitAndWait(0, 0);
      if (ready > 0) sent = ring.completions.resultAt(0);
    }
    expect(sent).toBe(outbox.size);
  });

  test('uses descriptors by their slots until they are removed', () => {
    const ring = makeRing();
    const [client, server] = connection();
    ring.registerFiles(4);
    ring.setFile(2, server);
    const outbox = memory(8);
    const sendFrom = (slot: number) => {
      ring.submissions.send(slot, outbox, 0, 3, 1, slot);
      ring.submissions.flag(IOSQE_FIXED_FILE);
      return completed(ring, 1)[0]?.result;
    };
    expect(sendFrom(2)).toBe(3);
    expect(receiveText(client)).toBe('\0\0\0');
    ring.setFile(2, -1);
    expect(sendFrom(2)).toBe(-EBADF);
  });

  test('reports a refused connection as a result', () => {
    const ring = makeRing();
    const listener = openServer('tcp', loopback);
    const peer = new PeerAddress();
    onTestFinished(() => peer.memory.free());
    peer.value = localAddress(listener);
    close(listener);
    ring.submissions.connect(closing(socket('tcp', loopback.host)), peer, 1, 0);
    expect(completed(ring, 1)).toMatchObject([{ result: -ECONNREFUSED }]);
  });

  test('submits earlier entries when its submission queue is full', () => {
    const ring = makeRing(4, 64);
    for (let i = 0; i < 50; i++) ring.submissions.timeout(1e6, 1, i);
    expect(ring.submissions.pending).toBeLessThanOrEqual(4);
    const all = completed(ring, 50);
    expect(all.map(({ data }) => data).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test('loses no completion when there are more than its queue holds', () => {
    const ring = makeRing(4, 4);
    for (let i = 0; i < 40; i++) ring.submissions.cancel(5, 5, 1, i);
    const all = completed(ring, 40);
    expect(all.map(({ data }) => data).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  test('clears an entry before it is reused', () => {
    const ring = makeRing(1);
    const [, server] = openPair();
    const outbox = memory(16);
    ring.submissions.send(server, outbox, 0, 16, 1, 0);
    ring.submissions.flag(IOSQE_IO_LINK);
    expect(completed(ring, 1)).toMatchObject([{ result: 16 }]);
    // The kernel rejects a close entry with a length or an address, which the send would have left there.
    ring.submissions.close(server, 2, 0);
    expect(completed(ring, 1)).toMatchObject([{ kind: 2, result: 0 }]);
  });

  test('ends a pending receive when its socket is shut down', () => {
    const ring = makeRing();
    const [client, server] = openPair();
    ring.submissions.recv(server, memory(8), 0, 8, 1, 0);
    // A kernel thread runs the shutdown later, so the close that must follow it is linked to it.
    ring.submissions.shutdown(server, SHUT_RDWR, 2, 0);
    ring.submissions.flag(IOSQE_IO_LINK);
    ring.submissions.close(server, 3, 0);
    const results = new Map(completed(ring, 3).map(({ kind, result }) => [kind, result]));
    expect(results).toEqual(
      new Map([
        [1, 0],
        [2, 0],
        [3, 0],
      ]),
    );
    expect(receiveText(client)).toBe(0);
  });
});
