import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DUPLICATE, LATE, MAX_LOST, Outstanding, UNKNOWN } from '../../bench/load/ledger/outstanding.ts';

/** Sends a request. @returns its sequence number. */
function send(outstanding: Outstanding, s = 0, time = 1): number {
  const sequence = outstanding.next(s);
  outstanding.push(s, time, time, time);
  return sequence;
}

describe('outstanding requests', () => {
  test('are answered in any order, once', () => {
    const outstanding = new Outstanding(1);
    const [a, b] = [send(outstanding), send(outstanding)];
    expect(outstanding.reply(0, b)).toBeGreaterThanOrEqual(0);
    expect(outstanding.reply(0, b)).toBe(DUPLICATE);
    expect(outstanding.reply(0, a)).toBeGreaterThanOrEqual(0);
    expect([outstanding.reply(0, a), outstanding.total]).toEqual([DUPLICATE, 0]);
  });

  test('have late replies after they were given up, and then duplicates', () => {
    const outstanding = new Outstanding(1);
    const sequence = send(outstanding);
    outstanding.lose(0);
    expect([outstanding.pending(0), outstanding.total]).toEqual([0, 0]);
    expect([outstanding.reply(0, sequence), outstanding.reply(0, sequence)]).toEqual([LATE, DUPLICATE]);
  });

  test('that were never sent are unknown', () => {
    const outstanding = new Outstanding(1);
    send(outstanding);
    expect([1, 2, 1e9, -1, -257].map((sequence) => outstanding.reply(0, sequence))).toEqual(Array(5).fill(UNKNOWN));
  });

  test('keep their times, and the slot of an answered one is readable until the next request', () => {
    const outstanding = new Outstanding(2);
    outstanding.push(1, 10, 11, 12);
    outstanding.push(1, 20, 21, 22);
    const place = outstanding.reply(1, 1);
    expect([outstanding.due(place), outstanding.ready(place), outstanding.sent(place)]).toEqual([20, 21, 22]);
    const oldest = outstanding.oldest(1);
    expect([outstanding.due(oldest), outstanding.pending(1), outstanding.pending(0)]).toEqual([10, 1, 0]);
  });

  test('belong to their own socket', () => {
    const outstanding = new Outstanding(3);
    send(outstanding, 1);
    send(outstanding, 2);
    expect([outstanding.reply(0, 0), outstanding.total]).toEqual([UNKNOWN, 2]);
    expect(outstanding.reply(2, 0)).toBeGreaterThanOrEqual(0);
    expect([outstanding.pending(1), outstanding.pending(2)]).toEqual([1, 0]);
  });

  test('have no fixed limit, and each is found', () => {
    const outstanding = new Outstanding(2);
    for (let i = 0; i < 5000; i++) for (const s of [0, 1]) send(outstanding, s, i);
    expect(outstanding.total).toBe(10_000);
    const dues = Array.from({ length: 5000 }, (_, i) => outstanding.due(outstanding.reply(1, 4999 - i)));
    expect(dues).toEqual(Array.from({ length: 5000 }, (_, i) => 4999 - i));
    expect([outstanding.pending(0), outstanding.pending(1), outstanding.due(outstanding.oldest(0))]).toEqual([
      5000, 0, 0,
    ]);
  });

  test('take memory for as many as are outstanding at once, even if one waits long', () => {
    const outstanding = new Outstanding(1);
    const slow = send(outstanding, 0, 7);
    const before = outstanding.capacity;
    let answers = 0;
    for (let i = 0; i < 100_000; i++) if (outstanding.reply(0, send(outstanding)) >= 0) answers++;
    expect([answers, outstanding.capacity]).toEqual([100_000, before]);
    expect(outstanding.due(outstanding.reply(0, slow))).toBe(7);
  });

  test('take 84 to 168 bytes for a socket with one outstanding', () => {
    const outstanding = new Outstanding(100_000);
    for (let s = 0; s < 100_000; s++) send(outstanding, s);
    expect(outstanding.capacity).toBe(131_072);
  });

  test('given up long ago are forgotten, and replies to them still count as late', () => {
    const outstanding = new Outstanding(2);
    const answered = send(outstanding, 1);
    outstanding.reply(1, answered);
    for (let i = 0; i < MAX_LOST + 2; i++) {
      send(outstanding);
      outstanding.lose(0);
    }
    expect(outstanding.capacity).toBeLessThanOrEqual(2 * MAX_LOST);
    expect([outstanding.reply(0, 0), outstanding.reply(0, 1), outstanding.reply(0, 2)]).toEqual([LATE, LATE, LATE]);
    expect(outstanding.reply(1, answered)).toBe(DUPLICATE);
    const last = send(outstanding);
    outstanding.reply(0, last);
    expect(outstanding.reply(0, last)).toBe(DUPLICATE);
  });

  test('are counted correctly after any sequence of operations on several sockets', () => {
    const step = fc.tuple(
      fc.constantFrom('push', 'reply', 'lose', 'takeOldest'),
      fc.integer({ min: 0, max: 2 }),
      fc.nat(150),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const outstanding = new Outstanding(3);
        const sockets = [0, 1, 2].map((s) => new Expected(outstanding, s));
        for (const [time, [what, s, number]] of steps.entries()) {
          sockets[s]?.[what](what === 'push' ? time : number);
          for (const socket of sockets) socket.check();
          expect(outstanding.total).toBe(sockets.reduce((sum, { pending }) => sum + pending.size, 0));
        }
      }),
    );
  });
});

/** Reference model: the expected state of a socket's requests, stored in the simplest way. */
class Expected {
  readonly outstanding: Outstanding;
  readonly s: number;
  /** When each pending request was due, by sequence number. */
  readonly pending = new Map<number, number>();
  readonly #lost = new Set<number>();
  #made = 0;

  constructor(outstanding: Outstanding, s: number) {
    this.outstanding = outstanding;
    this.s = s;
  }

  push(time: number): void {
    this.pending.set(send(this.outstanding, this.s, time), time);
    this.#made++;
  }

  reply(number: number): void {
    const place = this.outstanding.reply(this.s, number);
    const due = this.pending.get(number);
    if (due === undefined) expect(place).toBe(this.#ended(number));
    else expect(this.outstanding.due(place)).toBe(due);
    this.pending.delete(number);
    this.#lost.delete(number);
  }

  lose(): void {
    const [oldest] = this.pending.keys();
    if (oldest === undefined) return;
    this.outstanding.lose(this.s);
    this.pending.delete(oldest);
    this.#lost.add(oldest);
  }

  takeOldest(): void {
    const [oldest] = this.pending.keys();
    if (oldest === undefined) return;
    this.outstanding.takeOldest(this.s);
    this.pending.delete(oldest);
  }

  check(): void {
    const [due] = this.pending.values();
    expect(this.outstanding.pending(this.s)).toBe(this.pending.size);
    if (due !== undefined) expect(this.outstanding.due(this.outstanding.oldest(this.s))).toBe(due);
  }

  #ended(number: number): number {
    if (this.#lost.has(number)) return LATE;
    return number < this.#made ? DUPLICATE : UNKNOWN;
  }
}
