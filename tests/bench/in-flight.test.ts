import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InFlight, powerOfTwo } from '../../bench/load/in-flight.ts';
import { Outstanding } from '../../bench/load/outstanding.ts';

test.each([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 4],
  [4, 4],
  [5, 8],
  [1000, 1024],
  [1024, 1024],
])('the least power of two not below %d is %d', (n, power) => expect(powerOfTwo(n)).toBe(power));

describe('requests in flight, in order', () => {
  test('come off in the order they were made, each connection for itself', () => {
    const inFlight = new InFlight(2, 3);
    inFlight.push(0, 10);
    inFlight.push(1, 11);
    inFlight.push(0, 12);
    expect([inFlight.total, inFlight.count(0), inFlight.count(1)]).toEqual([3, 2, 1]);
    expect([inFlight.shift(0), inFlight.shift(0), inFlight.shift(1)]).toEqual([10, 12, 11]);
    expect(inFlight.total).toBe(0);
    expect([inFlight.next(0), inFlight.oldest(0)]).toEqual([2, 2]);
  });

  test('behave as a queue of bounded length', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (pushes) => {
        const inFlight = new InFlight(1, 5);
        const queue: number[] = [];
        for (const [time, push] of pushes.entries()) {
          if (push && queue.length < 5) {
            inFlight.push(0, time);
            queue.push(time);
          } else if (!push && queue.length > 0) {
            expect(inFlight.oldestDue(0)).toBe(queue[0]);
            expect(inFlight.shift(0)).toBe(queue.shift());
          }
          expect(inFlight.count(0)).toBe(queue.length);
        }
      }),
    );
  });
});

describe('requests that may be lost', () => {
  test('are answered in any order, once', () => {
    const outstanding = new Outstanding(1, 4);
    const [a, b] = [outstanding.push(0, 1), outstanding.push(0, 2)];
    expect(outstanding.reply(0, b)).toBe('answer');
    expect(outstanding.reply(0, b)).toBe('duplicate');
    expect(outstanding.reply(0, a)).toBe('answer');
    expect(outstanding.total).toBe(0);
  });

  test('are late once they were given up', () => {
    const outstanding = new Outstanding(1, 4);
    const sequence = outstanding.push(0, 1);
    outstanding.lose(0, sequence);
    expect(outstanding.reply(0, sequence)).toBe('late');
    expect(outstanding.pending(0)).toBe(0);
  });

  test('that were never made are unknown', () => {
    const outstanding = new Outstanding(1, 4);
    outstanding.push(0, 1);
    expect(outstanding.reply(0, 1)).toBe('unknown');
    expect(outstanding.reply(0, 0xffff_fff0)).toBe('unknown');
  });

  test('know their oldest, and forget the newest that was taken back', () => {
    const outstanding = new Outstanding(2, 4);
    expect(outstanding.oldest(1)).toBe(-1);
    outstanding.push(1, 5);
    outstanding.push(1, 6);
    outstanding.pop(1);
    expect([outstanding.oldest(1), outstanding.pending(1), outstanding.total]).toEqual([0, 1, 1]);
    expect(outstanding.push(1, 7)).toBe(1);
    outstanding.reply(1, 0);
    expect([outstanding.oldest(1), outstanding.due(1, 1)]).toEqual([1, 7]);
  });

  test('count right whatever happens to them', () => {
    const step = fc.tuple(fc.constantFrom('push', 'reply', 'lose'), fc.integer({ min: 0, max: 40 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const outstanding = new Outstanding(1, 8);
        const pending = new Set<number>();
        const take = {
          push: (time: number) => pending.size < 8 && pending.add(outstanding.push(0, time)),
          reply: (n: number) => expect(outstanding.reply(0, n) === 'answer').toBe(pending.delete(n)),
          lose: (n: number) => pending.delete(n) && outstanding.lose(0, n),
        };
        for (const [what, number] of steps) {
          take[what](number);
          expect(outstanding.total).toBe(pending.size);
          expect(outstanding.oldest(0)).toBe(pending.size === 0 ? -1 : Math.min(...pending));
        }
      }),
    );
  });
});
