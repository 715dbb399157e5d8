import { describe, expect, test } from 'vitest';
import { Payload } from '../../bench/load/messages/payload.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';

/** Returns the request of one connection and sequence number as sent, in memory of its own at `offset`. */
function received(payload: Payload, connection: number, sequence: number, offset = 0): NativeMemory {
  const inbox = new NativeMemory(payload.size + 64);
  payload.address(0, connection, sequence);
  inbox.bytes.set(payload.outbox.bytes.subarray(0, payload.size), offset);
  return inbox;
}

describe.each([1, 3, 7, 8, 9, 13, 64, 127, 128, 129, 1000, 65_536])('a request of %d bytes', (size) => {
  const payload = new Payload(size, 1, { seed: 1 });

  test('matches its own echo at any offset in memory', () => {
    for (const offset of [0, 1, 4, 7]) {
      expect(payload.matches(received(payload, 7, 99, offset), offset, 0, size, 7, 99)).toBe(true);
    }
  });

  test('matches its echo cut in two anywhere', () => {
    const inbox = received(payload, 258, 70_000);
    for (const cut of [1, 5, 8, 12, size - 1].filter((at) => at > 0 && at < size)) {
      expect(payload.matches(inbox, 0, 0, cut, 258, 70_000)).toBe(true);
      expect(payload.matches(inbox, cut, cut, size - cut, 258, 70_000)).toBe(true);
    }
  });

  test('does not match when any one bit differs', () => {
    const inbox = received(payload, 7, 99);
    for (const at of new Set([0, 3, 4, 7, 8, Math.floor(size / 2), size - 1].filter((at) => at < size))) {
      inbox.bytes[at] = (inbox.bytes[at] as number) ^ 1;
      expect(payload.matches(inbox, 0, 0, size, 7, 99), `byte ${at}`).toBe(false);
      inbox.bytes[at] = (inbox.bytes[at] as number) ^ 1;
    }
  });
});

test('a reply of another connection or an earlier one does not match', () => {
  const payload = new Payload(64, 1, { seed: 1 });
  const inbox = received(payload, 7, 99);
  expect(payload.matches(inbox, 0, 0, 64, 8, 99)).toBe(false);
  expect(payload.matches(inbox, 0, 0, 64, 7, 98)).toBe(false);
});

test('a missing byte in the middle is detected at any position', () => {
  const payload = new Payload(1000, 1, { seed: 1 });
  const whole = received(payload, 1, 1).bytes.slice(0, 1000);
  for (let at = 0; at < 999; at++) {
    const inbox = new NativeMemory(1008);
    inbox.bytes.set(whole.subarray(0, at));
    inbox.bytes.set(whole.subarray(at + 1), at);
    // The next reply follows at once: its first byte is in the place of the last one of this reply.
    inbox.bytes[999] = whole[0] as number;
    expect(payload.matches(inbox, 0, 0, 1000, 1, 1), `byte ${at}`).toBe(false);
    inbox.free();
  }
});

test('the outbox contains several requests, each with its own header', () => {
  const payload = new Payload(24, 3, { seed: 1 });
  for (let i = 0; i < 3; i++) payload.address(i, 5, 10 + i);
  for (let i = 0; i < 3; i++) {
    const inbox = new NativeMemory(24);
    inbox.bytes.set(payload.outbox.bytes.subarray(i * 24, (i + 1) * 24));
    expect(payload.matches(inbox, 0, 0, 24, 5, 10 + i)).toBe(true);
  }
});
