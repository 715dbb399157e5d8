import { readdirSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { RingSockets } from '../../bench/load/streams/ring-sockets.ts';
import { KernelClock } from '../../bench/measure/kernel-clock.ts';
import { ServerRing } from '../../servers/completion/turn-ring.ts';
import { DatagramBatch } from '../../sockets/batch.ts';
import { ENOMEM } from '../../sockets/errors/errno.ts';
import { libc } from '../../sockets/libc.ts';
import { liveMemory } from '../../sockets/memory/live-memory.ts';
import { Parts } from '../../sockets/memory/parts.ts';
import { Epoll } from '../../sockets/polling/epoll.ts';
import { Uring } from '../../sockets/uring/uring.ts';
import { whyMissing } from '../requirements.ts';
import { noLibc } from './open.ts';

type Made = { free(): void } | { close(): void };

/**
 * Makes an object while the `nth` allocation fails, counted from 0, and releases it.
 * @returns the object; undefined when it could not be made.
 */
function makeWithout(nth: number, make: () => Made): Made | undefined {
  const { allocate, mmap } = libc();
  let left = nth;
  const failing = [
    vi.spyOn(libc(), 'allocate').mockImplementation((size) => {
      if (left-- === 0) throw new Error('no memory');
      return allocate(size);
    }),
    vi.spyOn(libc() as { mmap: (...wanted: number[]) => number }, 'mmap').mockImplementation((...wanted) => {
      if (left-- !== 0) return mmap(...wanted);
      libc().errno[0] = ENOMEM;
      return -1;
    }),
  ];
  let made: Made | undefined;
  try {
    made = make();
  } catch {
    // Expected. The caller checks that nothing leaked.
  }
  for (const each of failing) each.mockRestore();
  if (made !== undefined) release(made);
  return made;
}

function release(made: Made): void {
  if ('free' in made) made.free();
  else made.close();
}

/** Returns the resources of this process that must be released explicitly. */
function held(): unknown {
  return { memory: liveMemory(), descriptors: readdirSync('/proc/self/fd').length };
}

const noUring = noLibc ?? whyMissing('uring');

const cases: readonly [string, () => Made, string | undefined][] = [
  ['Epoll', () => new Epoll(), noLibc],
  ['DatagramBatch', () => new DatagramBatch(4, 64, { withPeers: true, withTimestamps: true }), noLibc],
  ['Uring', () => new Uring(8), noUring],
  ['ServerRing', () => new ServerRing({ buffers: 8, bufferSize: 64 }), noUring],
  ['RingSockets', () => new RingSockets(4, 0, { bufferBytes: 64, clock: new KernelClock() }), noUring],
];

describe('a constructor releases what it has when an allocation fails', () => {
  for (const [name, make, why] of cases) {
    test.skipIf(why)(name, () => {
      // Allocate first what is created only once per process.
      release(make());
      const before = held();
      let failures = 0;
      for (; makeWithout(failures, make) === undefined; failures++) {
        expect(held(), `after allocation ${failures} failed`).toEqual(before);
      }
      expect(failures).toBeGreaterThanOrEqual(3);
    });
  }
});

test('parts are released once, in reverse order', () => {
  const given: string[] = [];
  const parts = new Parts();
  parts.own({ free: () => void given.push('memory') });
  parts.own({ close: () => void given.push('descriptor') });
  parts.free();
  parts.free();
  expect(given).toEqual(['descriptor', 'memory']);
});
