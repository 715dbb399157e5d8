import { readdirSync, readFileSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import { EINTR } from '../../sockets/errors/errno.ts';
import { accept, connect, localAddress, recv, send, setReceiveTimeout, socket } from '../../sockets/socket.ts';
import { BufferRing } from '../../sockets/uring/buffer-ring.ts';
import { Uring } from '../../sockets/uring/uring.ts';
import { closing, listening, loopback, memory } from './open.ts';

/** Timeout of every wait that is expected to succeed, in nanoseconds. */
export const PATIENCE = 5e9;

export interface Completion {
  readonly kind: number;
  readonly data: number;
  readonly result: number;
  readonly more: boolean;
  readonly buffer: number;
}

export function makeRing(entries = 8, completions?: number): Uring {
  const ring = new Uring(entries, completions);
  onTestFinished(() => ring.close());
  return ring;
}

/** Returns a buffer ring that is freed before its ring is closed: vitest runs onTestFinished hooks in reverse order. */
export function makeBuffers(ring: Uring, count: number, size: number): BufferRing {
  const buffers = new BufferRing(ring, 3, count, size);
  onTestFinished(() => buffers.free());
  return buffers;
}

/** Submits, waits for `count` completions, and takes all that are there. */
export function completed(ring: Uring, count: number, patience = PATIENCE): Completion[] {
  const all: Completion[] = [];
  const deadline = performance.now() + patience / 1e6;
  while (all.length < count) {
    const ready = ring.submitAndWait(1, patience);
    if (ready <= 0) {
      // A signal may interrupt a wait.
      if (performance.now() < deadline) continue;
      break;
    }
    const { completions } = ring;
    for (let i = 0; i < ready; i++) {
      all.push({
        kind: completions.kindAt(i),
        data: completions.dataAt(i),
        result: completions.resultAt(i),
        more: completions.hasMore(i),
        buffer: completions.bufferAt(i),
      });
    }
    completions.advance(ready);
  }
  return all;
}

/** Sends a text from a plain socket. */
export function sendText(fd: number, text: string): void {
  const words = memory(text.length);
  words.bytes.set(new TextEncoder().encode(text));
  expect(send(fd, words, 0, text.length)).toBe(text.length);
}

/** Returns the text that a plain socket receives, or the result of recv(2) when it is 0 or an error. */
export function receiveText(fd: number): string | number {
  const inbox = memory(1024);
  setReceiveTimeout(fd, PATIENCE / 1e6);
  let length = -EINTR;
  // Closing a ring interrupts a system call of its thread once more.
  while (length === -EINTR) length = recv(fd, inbox, 0, inbox.size);
  return length <= 0 ? length : new TextDecoder().decode(inbox.bytes.subarray(0, length));
}

export function textIn(buffers: BufferRing, { buffer, result }: Completion): string {
  const from = buffer * buffers.size;
  return new TextDecoder().decode(buffers.data.bytes.subarray(from, from + result));
}

/** Returns a connection whose second end the caller must close. */
export function openPair(): readonly [number, number] {
  const listener = listening('tcp');
  const client = closing(socket('tcp', loopback.host));
  expect(connect(client, localAddress(listener))).toBe(0);
  return [client, accept(listener)];
}

/** Counts the open files of this process, and its mappings of io_uring memory. */
export function openRings(): { readonly files: number; readonly maps: number } {
  const maps = readFileSync('/proc/self/maps', 'utf8').split('\n');
  return {
    files: readdirSync('/proc/self/fd').length,
    maps: maps.filter((line) => line.includes('io_uring')).length,
  };
}
