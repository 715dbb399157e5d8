import { readdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { DatagramApp } from '../../servers/apps/app.ts';
import { RingDatagrams } from '../../servers/completion/ring-datagrams.ts';
import { ServerRing } from '../../servers/completion/turn-ring.ts';
import { EBADF, ENOMEM } from '../../sockets/errors/errno.ts';
import { libc } from '../../sockets/libc.ts';
import { send } from '../../sockets/socket.ts';
import { whyMissing } from '../requirements.ts';
import { datagramPair, liveBlocks, memory } from '../sockets/open.ts';

/** More completions than a ring can hold. */
const FAILING = 5000;
const NO_SOCKET = -1;

describe.skipIf(whyMissing('uring'))('a server’s ring', () => {
  test('ends a turn when the results of all its sends are reported, however many failed', () => {
    const ring = new ServerRing({ buffers: 2, bufferSize: 64 });
    onTestFinished(() => ring.close());
    const { completions, submissions } = ring;
    for (let i = 0; i < FAILING; i++) submissions.sendNow(NO_SOCKET, ring.outbox, 0, 1, 0, i);
    const reported: number[] = [];
    for (const turn of [0, 1]) {
      const came = ring.beginTurn(0);
      expect(ring.turn, `after ${reported.length + came} of ${FAILING}`).toBe(turn);
      for (let i = 0; i < came; i++) {
        expect(completions.resultAt(i)).toBe(-EBADF);
        reported.push(completions.dataAt(i));
      }
      ring.endTurn(came);
    }
    expect(reported).toEqual([...Array(FAILING).keys()]);
  });

  test.each([1, 2, 3])('leaves nothing behind when there is no memory for its part %i', (part) => {
    const calls = libc() as Record<'mmap' | 'munmap', (...args: number[]) => number>;
    const { mmap, munmap } = calls;
    const live = liveBlocks();
    const mapped = new Set<number | undefined>();
    let parts = 0;
    const mapping = vi.spyOn(calls, 'mmap').mockImplementation((...args) => {
      if (++parts < part) {
        const address = mmap(...args);
        mapped.add(address);
        return address;
      }
      libc().errno[0] = ENOMEM;
      return -1;
    });
    const unmapping = vi.spyOn(calls, 'munmap').mockImplementation((...args) => {
      mapped.delete(args[0]);
      return munmap(...args);
    });
    onTestFinished(() => {
      mapping.mockRestore();
      unmapping.mockRestore();
    });
    const open = readdirSync('/proc/self/fd').length;
    expect(() => new ServerRing({ buffers: 2, bufferSize: 64 })).toThrow('ENOMEM');
    expect([...live, ...mapped]).toEqual([]);
    expect(readdirSync('/proc/self/fd').length).toBe(open);
  });

  test('frees replies that it still holds when it is closed', () => {
    const [client, server] = datagramPair();
    const live = liveBlocks();
    const waiting: DatagramApp = {
      datagram(bytes, start, end, reply) {
        reply.wait(60e9);
        reply.send(bytes, start, end);
      },
    };
    const datagrams = new RingDatagrams(server, waiting, { buffers: 2, bufferSize: 1024 });
    const bytes = memory(8);
    send(client, bytes, 0, 5);
    const before = live.size;
    datagrams.serve();
    expect(live.size, 'a reply is held').toBeGreaterThan(before);
    datagrams.close();
    expect([...live]).toEqual([bytes.address]);
  });
});
