import { describe, expect, onTestFinished, test } from 'vitest';
import { DatagramBatch } from '../../sockets/batch.ts';
import { EBADF } from '../../sockets/errors/errno.ts';
import { MappedMemory } from '../../sockets/memory/mapped-memory.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { PollSet } from '../../sockets/polling/poll.ts';
import { bindTo, connectTo, PeerAddress, recv, recvfrom, send, sendto } from '../../sockets/socket.ts';
import { TimestampedReceiver } from '../../sockets/timestamps.ts';
import { TlsConnection } from '../../sockets/tls/connection.ts';
import { TlsContext } from '../../sockets/tls/context.ts';
import { TlsWire } from '../../sockets/tls/wire.ts';
import { BufferRing } from '../../sockets/uring/buffer-ring.ts';
import { SubmissionQueue } from '../../sockets/uring/submission-queue.ts';
import type { Uring } from '../../sockets/uring/uring.ts';
import { memory, noLibc } from './open.ts';

const SIZE = 64;
/** An invalid descriptor: the kernel rejects calls that pass the bounds checks. */
const NONE = -1;

function freed<T extends { free(): void }>(made: T): T {
  onTestFinished(() => made.free());
  return made;
}

function peer(): PeerAddress {
  const made = new PeerAddress();
  onTestFinished(() => made.memory.free());
  made.value = { host: '127.0.0.1', port: 9 };
  return made;
}

/** Returns a submission queue without a kernel ring. */
function queue(): SubmissionQueue {
  const [ring, sqes] = [freed(new MappedMemory(4096)), freed(new MappedMemory(4096))];
  return freed(new SubmissionQueue(8, { tail: 0, array: 64 }, ring, sqes, () => undefined));
}

/** The memory of TLS connections. */
function wire(): TlsWire {
  return freed(new TlsWire(1024));
}

/** Returns a client's TLS connection before its handshake. */
function tlsConnection(): TlsConnection {
  const context = freed(new TlsContext({}));
  return freed(new TlsConnection(context, wire(), undefined, 0));
}

/** Every function of sockets/ that takes native memory by offset and length. */
const calls: Readonly<Record<string, (bytes: NativeMemory, offset: number, length: number) => unknown>> = {
  send: (bytes, offset, length) => send(NONE, bytes, offset, length),
  recv: (bytes, offset, length) => recv(NONE, bytes, offset, length),
  sendto: (bytes, offset, length) => sendto(NONE, bytes, offset, length, 0, peer()),
  recvfrom: (bytes, offset, length) => recvfrom(NONE, bytes, offset, length, 0, peer()),
  'DatagramBatch.sendTo': (bytes, offset, length) =>
    freed(new DatagramBatch(2, 8, { withPeers: true })).sendTo(0, NONE, 0, bytes, offset, length),
  'NativeMemory.equals, first range': (bytes, offset, length) => bytes.equals(offset, memory(2 * SIZE), 0, length),
  'NativeMemory.equals, second range': (bytes, offset, length) => memory(2 * SIZE).equals(0, bytes, offset, length),
  'SubmissionQueue.recv': (bytes, offset, length) => queue().recv(NONE, bytes, offset, length, 0, 0),
  'SubmissionQueue.send': (bytes, offset, length) => queue().send(NONE, bytes, offset, length, 0, 0),
  'SubmissionQueue.sendNow': (bytes, offset, length) => queue().sendNow(NONE, bytes, offset, length, 0, 0),
  'SubmissionQueue.sendTo': (bytes, offset, length) =>
    queue().sendTo(NONE, bytes, offset, length, { memory: peer().memory, offset: 0, length: 16 }, 0),
  'SubmissionQueue.sendTo, address of the peer': (bytes, offset, length) =>
    queue().sendTo(NONE, memory(SIZE), 0, SIZE, { memory: bytes, offset, length }, 0),
  'TlsWire.feed': (bytes, offset, length) => wire().feed(bytes, offset, length),
  'TlsConnection.write': (bytes, offset, length) => tlsConnection().write(bytes, offset, length),
};

const outside = [
  [0, SIZE + 1],
  [SIZE, 1],
  [SIZE + 1, 0],
  [-1, 1],
  [8, -1],
  [0, 2 ** 32],
  [0, Number.NaN],
  [Number.NaN, 1],
  [2 ** 53, 1],
] as const;

describe.skipIf(noLibc)('the bytes of a call lie within its memory', () => {
  for (const [name, call] of Object.entries(calls)) {
    test.each(outside)(`${name} refuses offset %d and length %d in ${SIZE} bytes`, (offset, length) => {
      expect(() => call(memory(SIZE), offset, length)).toThrow(RangeError);
      expect(() => call(memory(SIZE), offset, length)).toThrow(/are not within the memory of/);
    });

    test.each([
      [0, SIZE],
      [SIZE, 0],
      [SIZE - 1, 1],
    ])(`${name} accepts offset %d and length %d in ${SIZE} bytes`, (offset, length) => {
      expect(() => call(memory(SIZE), offset, length)).not.toThrow();
    });

    test(`${name} refuses memory that was freed`, () => {
      const gone = new NativeMemory(SIZE);
      gone.free();
      expect(() => call(gone, 0, 1)).toThrow(/memory that was freed/);
    });
  }

  test('the error names the call', () => {
    expect(() => recv(NONE, memory(8), 4, 5)).toThrow('recv: 5 bytes at offset 4 are not within the memory of 8 bytes');
  });

  // Truncated to 32 bits, the length would be valid.
  test('a length is not truncated to 32 bits', () => {
    expect(() => send(NONE, memory(8), 0, 2 ** 32 + 4)).toThrow(RangeError);
    expect(send(NONE, memory(8), 0, 8)).toBe(-EBADF);
  });
});

describe.skipIf(noLibc)('addresses of peers', () => {
  test.each([121, -1, 2 ** 31])('a length of %d bytes is refused', (length) => {
    const wrong = peer();
    wrong.length = length;
    expect(() => sendto(NONE, memory(8), 0, 8, 0, wrong)).toThrow(RangeError);
    expect(() => bindTo(NONE, wrong)).toThrow(RangeError);
    expect(() => connectTo(NONE, wrong)).toThrow(RangeError);
    expect(() => queue().connect(NONE, wrong, 0, 0)).toThrow(RangeError);
  });
});

describe.skipIf(noLibc)('slots, entries and buffers that do not exist', () => {
  test.each([
    ['received into', (batch: DatagramBatch) => batch.receive(NONE, 0, 3)],
    ['received into, with a negative count', (batch: DatagramBatch) => batch.receive(NONE, 0, -1)],
    ['sent', (batch: DatagramBatch) => batch.send(NONE, 0, 1, 2)],
    ['sent, at a negative index', (batch: DatagramBatch) => batch.send(NONE, 0, -1, 1)],
    ['answered', (batch: DatagramBatch) => batch.sendTo(2, NONE, 0, batch.data, 0, 1)],
    ['given a length', (batch: DatagramBatch) => batch.setLength(2, 1)],
    ['given a length above their size', (batch: DatagramBatch) => batch.setLength(0, 9)],
    ['asked to copy their sender', (batch: DatagramBatch) => batch.copyPeer(2, peer())],
    ['asked for their sender', (batch: DatagramBatch) => batch.peerAt(2)],
  ] as const)('of a batch are not %s', (_, act) => {
    const batch = freed(new DatagramBatch(2, 8, { withPeers: true }));
    expect(() => act(batch)).toThrow(RangeError);
  });

  test.each([
    ['removed', (set: PollSet) => set.removeAt(1)],
    ['removed, at a negative index', (set: PollSet) => set.removeAt(-1)],
    ['changed', (set: PollSet) => set.setEvents(1, 1)],
  ] as const)('of a poll set are not %s', (_, act) => {
    const set = freed(new PollSet());
    set.add(NONE, 0);
    expect(() => act(set)).toThrow(RangeError);
    expect(set.count).toBe(1);
  });

  test.each([-1, 4, Number.NaN])('buffer %d of a ring is not given to the kernel', (buffer) => {
    const ring = freed(new BufferRing({ register: () => 0 } as unknown as Uring, 0, 4, 64));
    expect(() => ring.release(buffer)).toThrow(RangeError);
  });

  test('a receiver with timestamps refuses memory that was freed', () => {
    const gone = new NativeMemory(8);
    const receiver = freed(new TimestampedReceiver(gone));
    expect(receiver.receive(NONE)).toBe(-EBADF);
    gone.free();
    expect(() => receiver.receive(NONE)).toThrow(RangeError);
  });

  test.each([SIZE + 1, -1, Number.NaN])('offset %d is not one that TLS writes to', (offset) => {
    expect(() => tlsConnection().read(memory(SIZE), offset)).toThrow(RangeError);
  });
});
