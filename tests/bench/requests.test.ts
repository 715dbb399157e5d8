import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLOSED, ConnectionTable, OPEN } from '../../bench/load/ledger/connection-table.ts';
import { RequestTimes } from '../../bench/load/ledger/request-times.ts';
import { powerOfTwo } from '../../bench/load/power-of-two.ts';

test.each([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 4],
  [4, 4],
  [5, 8],
  [1000, 1024],
  [1024, 1024],
])('the smallest power of two not below %d is %d', (n, power) => expect(powerOfTwo(n)).toBe(power));

describe('the times of requests', () => {
  test('are kept for each connection and request', () => {
    const times = new RequestTimes(2, 2, true);
    times.push(0, 0, 10, 11);
    times.push(0, 1, 20, 21);
    times.push(1, 1, 30, 31);
    times.markSent(0, 1, 22);
    expect([times.due(0, 0), times.ready(0, 0), times.sent(0, 0)]).toEqual([10, 11, 0]);
    expect([times.due(0, 1), times.ready(0, 1), times.sent(0, 1)]).toEqual([20, 21, 22]);
    expect([times.due(1, 1), times.ready(1, 1)]).toEqual([30, 31]);
  });

  test('contain only due times when no others are needed', () => {
    const times = new RequestTimes(2, 3, false);
    for (const sequence of [0, 1, 2, 3]) times.push(1, sequence, sequence + 5, 99);
    times.markSent(1, 2, 98);
    expect([0, 1, 2, 3].map((sequence) => times.due(1, sequence))).toEqual([5, 6, 7, 8]);
  });

  test('wrap around with sequence numbers', () => {
    const times = new RequestTimes(1, 4, true);
    times.push(0, 2 ** 31 - 1, 1, 1);
    times.push(0, -(2 ** 31), 2, 2);
    expect([times.due(0, 2 ** 31 - 1), times.due(0, -(2 ** 31))]).toEqual([1, 2]);
  });
});

describe('a table of connections', () => {
  test('removes the requests of each connection in the order they were added', () => {
    const table = new ConnectionTable(2, 3, true);
    table.push(0, 10, 10);
    table.push(1, 11, 11);
    table.push(0, 12, 12);
    expect([table.inFlightTotal, table.inFlight(0), table.inFlight(1)]).toEqual([3, 2, 1]);
    expect([table.shift(0), table.shift(0), table.shift(1)]).toEqual([10, 12, 11]);
    expect([table.inFlightTotal, table.oldest(0)]).toEqual([0, 2]);
  });

  test('keeps the requests of a connection in a queue of bounded length', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (pushes) => {
        const table = new ConnectionTable(1, 5, true);
        const queue: number[] = [];
        for (const [time, push] of pushes.entries()) {
          if (push && queue.length < 5) {
            table.push(0, time, time);
            queue.push(time);
          } else if (!push && queue.length > 0) {
            expect(table.oldestDue(0)).toBe(queue[0]);
            expect(table.shift(0)).toBe(queue.shift());
          }
          expect(table.inFlight(0)).toBe(queue.length);
        }
      }),
    );
  });

  test('skips the replies to requests that were given up', () => {
    const table = new ConnectionTable(1, 4, true);
    for (const due of [10, 20, 30]) table.push(0, due, due);
    expect([table.giveUp(0), table.giveUp(0)]).toEqual([10, 20]);
    expect([table.inFlight(0), table.awaited(0), table.givenUp(0), table.inFlightTotal]).toEqual([1, 3, 2, 1]);
    expect([table.oldest(0), table.oldestInFlight(0), table.oldestDue(0)]).toEqual([0, 2, 30]);
    table.skip(0);
    expect([table.oldest(0), table.givenUp(0), table.inFlight(0)]).toEqual([1, 1, 1]);
    table.skip(0);
    expect([table.shift(0), table.inFlight(0), table.awaited(0)]).toEqual([30, 0, 0]);
  });

  test('keeps unsent requests for the next socket, and discards those given up on this one', () => {
    const table = new ConnectionTable(1, 4, true);
    for (const due of [10, 20, 30]) table.push(0, due, due);
    table.advanceSending(0, 2);
    expect([table.giveUp(0), table.shift(0)]).toEqual([10, 20]);
    expect(table.isOldestUnsent(0)).toBe(true);
    table.setSentBytes(0, 1);
    expect(table.isOldestUnsent(0)).toBe(false);
    table.setSentBytes(0, 0);
    table.markClosed(0);
    expect([table.inFlight(0), table.awaited(0), table.unsent(0), table.sending(0)]).toEqual([1, 1, 1, 2]);
  });

  test('discards the state of a socket when it closes, but remembers that the connection was once answered', () => {
    const table = new ConnectionTable(1, 4, true);
    expect([table.phase(0), table.fd(0)]).toEqual([CLOSED, -1]);
    table.setFd(0, 7);
    expect([table.markOpened(0), table.markOpened(0), table.phase(0)]).toEqual([true, false, OPEN]);
    for (const due of [1, 2, 3]) table.push(0, due, due);
    table.advanceSending(0, 1);
    table.setSentBytes(0, 5);
    table.setWriting(0, 1);
    expect([table.unsent(0), table.sending(0), table.sentBytes(0)]).toEqual([2, 1, 5]);
    expect(table.expectsReply(0)).toBe(true);
    expect([table.markServed(0), table.markServed(0), table.served(0)]).toEqual([true, false, true]);
    for (let i = 0; i < 3; i++) table.shift(0);
    table.markClosed(0);
    expect([table.unsent(0), table.sentBytes(0), table.writing(0)]).toEqual([0, 0, 0]);
    expect([table.fd(0), table.phase(0), table.served(0), table.wasAnswered(0)]).toEqual([-1, CLOSED, false, true]);
  });
});
