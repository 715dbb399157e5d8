import { describe, expect, test } from 'vitest';
import { EBADF } from '../../sockets/errors/errno.ts';
import { close, openServer } from '../../sockets/socket.ts';
import { BufferRing } from '../../sockets/uring/buffer-ring.ts';
import { Uring } from '../../sockets/uring/uring.ts';
import { whyMissing } from '../requirements.ts';
import { loopback, memory } from './open.ts';
import { completed, makeBuffers, makeRing, openPair, openRings, receiveText } from './rings.ts';

describe.skipIf(whyMissing('uring'))('the lifetime of a ring:', () => {
  test('invalid rings, buffers and descriptors are errors', () => {
    expect(() => new Uring(0)).toThrow('EINVAL');
    const ring = makeRing();
    expect(() => new BufferRing(ring, 1, 3, 8)).toThrow('EINVAL');
    const buffers = makeBuffers(ring, 2, 8);
    expect(() => new BufferRing(ring, buffers.group, 2, 8)).toThrow('EEXIST');
    expect(() => ring.setFile(0, 0)).toThrow('io_uring_register');
    ring.submissions.recv(-1, memory(8), 0, 8, 1, 0);
    expect(completed(ring, 1)).toMatchObject([{ result: -EBADF }]);
    ring.submissions.recvMultishot(0, 77, 1, 0);
    expect(completed(ring, 1)[0]?.result).toBeLessThan(0);
  });

  test('closing it frees all its resources and releases the sockets that it uses', () => {
    const held = openServer('tcp', loopback);
    const [client, server] = openPair();
    const before = openRings();
    const ring = new Uring(8);
    const buffers = new BufferRing(ring, 0, 2, 8);
    ring.registerFiles(2);
    ring.setFile(0, server);
    ring.submissions.acceptMultishot(held, 1, 0);
    ring.submissions.recvMultishot(server, 0, 2, 0);
    ring.submit();
    expect(openRings()).toEqual({ files: before.files + 1, maps: before.maps + 2 });
    // The ring keeps the socket open, by its file slot and by the pending receive.
    close(server);
    ring.close();
    buffers.free();
    close(held);
    expect(openRings()).toEqual({ files: before.files - 2, maps: before.maps });
    expect(receiveText(client)).toBe(0);
  });

  test('it can be made and closed any number of times, also more at once than a thread has slots for', () => {
    const before = openRings();
    for (let i = 0; i < 100; i++) {
      const ring = new Uring(4);
      const buffers = new BufferRing(ring, 0, 2, 64);
      ring.close();
      buffers.free();
    }
    const rings = Array.from({ length: 20 }, () => new Uring(4));
    for (const [i, ring] of rings.entries()) ring.submissions.timeout(1e5, 1, i);
    expect(rings.map((ring) => completed(ring, 1)[0]?.data)).toEqual(rings.map((_, i) => i));
    for (const ring of rings) ring.close();
    expect(openRings()).toEqual(before);
  });
});
