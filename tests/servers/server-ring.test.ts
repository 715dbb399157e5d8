import { describe, expect, onTestFinished, test } from 'vitest';
import { ServerRing } from '../../servers/server-ring.ts';
import { EBADF } from '../../sockets/errno.ts';
import { whyNoUring } from '../../sockets/uring-availability.ts';

/** More than a ring tells of at once. */
const FAILING = 5000;
const NO_SOCKET = -1;

describe.skipIf(whyNoUring())('a server’s ring', () => {
  test('a turn is over when all is told of that has become of its sends, however many fell short', () => {
    const ring = new ServerRing({ buffers: 2, bufferSize: 64 });
    onTestFinished(() => ring.close());
    const { completions, submissions } = ring;
    for (let i = 0; i < FAILING; i++) submissions.sendNow(NO_SOCKET, ring.outbox, 0, 1, 0, i);
    const told: number[] = [];
    for (const turn of [0, 1]) {
      const came = ring.beginTurn(0);
      expect(ring.turn, `after ${told.length + came} of ${FAILING}`).toBe(turn);
      for (let i = 0; i < came; i++) {
        expect(completions.resultAt(i)).toBe(-EBADF);
        told.push(completions.dataAt(i));
      }
      ring.endTurn(came);
    }
    expect(told).toEqual([...Array(FAILING).keys()]);
  });
});
