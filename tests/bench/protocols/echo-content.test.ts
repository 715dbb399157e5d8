import { describe, expect, test } from 'vitest';
import { EchoContent } from '../../../bench/load/protocols/echo-content.ts';

/** Returns a message of `size` bytes as sent, in memory of its own at `offset`. */
function received(content: EchoContent, size: number, connection: number, sequence: number, offset = 0): Uint8Array {
  const inbox = new Uint8Array(size + 64);
  content.write(inbox, offset, size, connection, sequence);
  return inbox;
}

describe.each([1, 3, 7, 8, 9, 13, 64, 127, 128, 129, 1000, 65_536])('a request of %d bytes', (size) => {
  const content = new EchoContent(size, { seed: 1 });

  test('matches its own echo at any offset in memory', () => {
    for (const offset of [0, 1, 4, 7]) {
      expect(content.equal(received(content, size, 7, 99, offset), offset, 0, size, 7, 99)).toBe(size);
    }
  });

  test('matches its echo cut in two anywhere', () => {
    const inbox = received(content, size, 258, 70_000);
    for (const cut of [1, 5, 8, 12, size - 1].filter((at) => at > 0 && at < size)) {
      expect(content.equal(inbox, 0, 0, cut, 258, 70_000)).toBe(cut);
      expect(content.equal(inbox, cut, cut, size - cut, 258, 70_000)).toBe(size - cut);
    }
  });

  test('does not match when any one bit differs', () => {
    const inbox = received(content, size, 7, 99);
    for (const at of new Set([0, 3, 4, 7, 8, Math.floor(size / 2), size - 1].filter((at) => at < size))) {
      inbox[at] = (inbox[at] as number) ^ 1;
      expect(content.equal(inbox, 0, 0, size, 7, 99)).toBe(at);
      inbox[at] = (inbox[at] as number) ^ 1;
    }
  });
});

test('a reply of another connection or an earlier one does not match', () => {
  const content = new EchoContent(64, { seed: 1 });
  const inbox = received(content, 64, 7, 99);
  expect(content.equal(inbox, 0, 0, 64, 8, 99)).toBeLessThan(64);
  expect(content.equal(inbox, 0, 0, 64, 7, 98)).toBeLessThan(64);
});

test('a missing byte in the middle is detected at any position', () => {
  const content = new EchoContent(1000, { seed: 1 });
  const whole = received(content, 1000, 1, 1).slice(0, 1000);
  for (let at = 0; at < 999; at++) {
    const inbox = new Uint8Array(1008);
    inbox.set(whole.subarray(0, at));
    inbox.set(whole.subarray(at + 1), at);
    // The next reply follows at once: its first byte is in the place of the last one of this reply.
    inbox[999] = whole[0] as number;
    expect(content.equal(inbox, 0, 0, 1000, 1, 1), `byte ${at}`).toBeLessThan(1000);
  }
});

test('a header written over another message of the same size makes it another message', () => {
  for (const size of [1, 3, 8, 24, 61, 1000]) {
    const content = new EchoContent(size, { seed: 1 });
    for (const at of [0, 3, 8]) {
      const out = received(content, size, 5, 10, at);
      content.writeHeader(out, at, size, 6, 11);
      expect(out).toEqual(received(content, size, 6, 11, at));
    }
  }
});
