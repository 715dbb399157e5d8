import { describe, expect, test } from 'vitest';
import { ENOBUFS } from '../../sockets/errors/errno.ts';
import { SHUT_WR, send } from '../../sockets/socket.ts';
import { BufferRing } from '../../sockets/uring/buffer-ring.ts';
import { IOSQE_CQE_SKIP_SUCCESS } from '../../sockets/uring/submission-queue.ts';
import { Uring } from '../../sockets/uring/uring.ts';
import { whyMissing } from '../requirements.ts';
import { connection, memory } from './open.ts';
import { completed, makeBuffers, makeRing, PATIENCE, sendText, textIn } from './rings.ts';

describe.skipIf(whyMissing('uring'))('a ring of buffers', () => {
  test('reports ENOBUFS and stops receiving when it is empty, and receives again when requested', () => {
    const ring = makeRing();
    const buffers = makeBuffers(ring, 2, 4);
    const [client, server] = connection();
    sendText(client, 'abcdefghijkl');
    ring.submissions.recvMultishot(server, buffers.group, 1, 0);
    const first = completed(ring, 3);
    expect(first.map(({ result, more }) => [result, more])).toEqual([
      [4, true],
      [4, true],
      [-ENOBUFS, false],
    ]);
    expect(first.slice(0, 2).map((each) => textIn(buffers, each))).toEqual(['abcd', 'efgh']);
    // Not in the order in which they were used.
    for (const { buffer } of first.slice(0, 2).reverse()) buffers.release(buffer);
    buffers.publish();
    ring.submissions.recvMultishot(server, buffers.group, 2, 0);
    const second = completed(ring, 1);
    expect(second).toMatchObject([{ kind: 2, result: 4, more: true, buffer: first[1]?.buffer }]);
    expect(second.map((each) => textIn(buffers, each))).toEqual(['ijkl']);
  });

  test('reports the end of a stream and receives no more', () => {
    const ring = makeRing();
    const buffers = makeBuffers(ring, 2, 16);
    const [client, server] = connection();
    ring.submissions.recvMultishot(server, buffers.group, 1, 0);
    ring.submissions.shutdown(client, SHUT_WR, 2, 0);
    expect(completed(ring, 2).sort((a, b) => a.kind - b.kind)).toEqual([
      { kind: 1, data: 0, result: 0, more: false, buffer: -1 },
      { kind: 2, data: 0, result: 0, more: false, buffer: -1 },
    ]);
  });

  // The 16-bit tail of the buffer ring is in its upper half after 40,000 receives, and has wrapped after 70,000.
  test.each([40_000, 70_000])('has the correct number of buffers after %i receives', (rounds) => {
    const ring = makeRing();
    const buffers = makeBuffers(ring, 4, 8);
    const [client, server] = connection();
    ring.submissions.recvMultishot(server, buffers.group, 1, 0);
    const outbox = memory(40);
    let good = 0;
    for (let i = 0; i < rounds; i++) {
      outbox.int32[0] = i;
      ring.submissions.send(client, outbox, 0, 4, 2, 0);
      ring.submissions.flag(IOSQE_CQE_SKIP_SUCCESS);
      if (ring.submitAndWait(1, PATIENCE) !== 1) break;
      const buffer = ring.completions.bufferAt(0);
      if (buffers.data.int32[(buffer * buffers.size) >> 2] === i && ring.completions.hasMore(0)) good++;
      ring.completions.advance(1);
      buffers.release(buffer);
      buffers.publish();
    }
    expect(good).toBe(rounds);
    send(client, outbox, 0, 40);
    expect(completed(ring, 5).map(({ result }) => result)).toEqual([8, 8, 8, 8, -ENOBUFS]);
  });

  test('is freed after its ring was closed without affecting a new ring with the same descriptor', () => {
    const first = new Uring(4);
    const buffers = new BufferRing(first, 3, 2, 8);
    first.close();
    const second = makeRing(4);
    makeBuffers(second, 2, 8);
    buffers.free();
    const [client, server] = connection();
    second.submissions.recvMultishot(server, 3, 1, 0);
    sendText(client, 'x');
    expect(completed(second, 1)).toMatchObject([{ result: 1, more: true }]);
  });
});
