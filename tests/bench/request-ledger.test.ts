import { describe, expect, test } from 'vitest';
import { ConnectionTable } from '../../bench/load/ledger/connection-table.ts';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { RequestLedger } from '../../bench/load/ledger/request-ledger.ts';
import { LiveView } from '../../bench/load/threads/live.ts';

const MS = 1e6;

/** One connection with requests due at these times (ms), of which the first `sent` were sent. */
function inFlight(dueMs: readonly number[], { sent = dueMs.length, short = false } = {}) {
  const live = new LiveView();
  const state = new LoadState(1, live, undefined, true);
  const table = new ConnectionTable(1, 8, state.timed);
  const ledger = new RequestLedger(table, state, short);
  for (const due of dueMs) ledger.begin(0, due * MS, due * MS);
  table.advanceSending(0, sent);
  const counts = () => {
    const { sent, completed, timedOut, errors, corrupted, dropped, late } = state.counts;
    return { sent, completed, timedOut, errors, corrupted, dropped, late };
  };
  return { live, state, table, ledger, counts };
}

const none = { completed: 0, timedOut: 0, errors: 0, corrupted: 0, dropped: 0, late: 0 };

describe('pipelined requests that wait too long', () => {
  test('expire one by one, each at its own age', () => {
    const { ledger, counts, live, table } = inFlight([0, 100, 900]);
    expect(ledger.expire(0, 50 * MS, 1000 * MS)).toBe(false);
    expect(counts()).toEqual({ ...none, sent: 3, timedOut: 1 });
    expect([live.response.count, Math.round(live.response.max / MS)]).toEqual([1, 1000]);
    expect([table.inFlight(0), table.awaited(0)]).toEqual([2, 3]);
    expect(ledger.expire(0, 950 * MS, 1950 * MS)).toBe(true);
    expect(counts()).toEqual({ ...none, sent: 3, timedOut: 3 });
    // The youngest was 1,050 ms old, and none was counted before its time-out.
    expect(live.response.quantile(0.01) / MS).toBeGreaterThan(990);
  });

  test('let younger ones be answered, after their own replies, which are late', () => {
    const { ledger, counts, table, live } = inFlight([0, 900]);
    ledger.expire(0, 50 * MS, 1000 * MS);
    expect(table.givenUp(0)).toBe(1);
    ledger.complete(0, 64, 0, 1050 * MS);
    expect(table.givenUp(0)).toBe(0);
    ledger.complete(0, 64, 0, 1100 * MS);
    expect(counts()).toEqual({ ...none, sent: 2, completed: 1, timedOut: 1, late: 1 });
    expect(live.response.count).toBe(2);
  });

  test('end with a wrong byte that comes in their place: it is held against the oldest that still waits', () => {
    const { ledger, counts } = inFlight([0, 900, 950]);
    ledger.expire(0, 50 * MS, 1000 * MS);
    ledger.corrupt(0);
    ledger.fail(0);
    expect(counts()).toEqual({ ...none, sent: 3, timedOut: 1, corrupted: 1, errors: 1 });
  });

  test('that were never sent are dropped, without a response time, and the connection is stuck', () => {
    const { ledger, counts, live } = inFlight([0, 10, 900], { sent: 1 });
    expect(ledger.expire(0, 50 * MS, 1000 * MS)).toBe(true);
    expect(counts()).toEqual({ ...none, sent: 2, timedOut: 1, dropped: 1 });
    expect(live.response.count).toBe(1);
  });

  test('are none before their time', () => {
    const { ledger, counts } = inFlight([100, 900]);
    expect(ledger.expire(0, 100 * MS, 1000 * MS)).toBe(false);
    expect(counts()).toEqual({ ...none, sent: 2 });
  });
});

describe('requests of a connection that ended', () => {
  test.each([
    [
      'failed where they were sent; others wait for the next connection',
      [0, 1, 2],
      2,
      undefined,
      { sent: 3, errors: 2 },
      1,
    ],
    [
      'are dropped where they were not sent and it is not opened at once',
      [0, 1, 2],
      2,
      'refused',
      { sent: 2, errors: 2, dropped: 1 },
      0,
    ],
    ['are dropped where no connection was made', [0], 0, 'refused', { sent: 0, dropped: 1 }, 0],
  ] as const)('%s', (_, dueMs, sent, cause, expected, left) => {
    const { ledger, counts, table, state } = inFlight(dueMs, { sent });
    ledger.fail(0, cause);
    expect(counts()).toEqual({ ...none, ...expected });
    if (cause !== undefined) expect(state.counts[cause]).toBe(state.counts.dropped);
    expect(table.inFlight(0)).toBe(left);
  });

  test('are dropped when the load is over', () => {
    const { ledger, counts, state } = inFlight([0, 1], { sent: 1 });
    state.draining = true;
    ledger.fail(0);
    expect(counts()).toEqual({ ...none, sent: 1, errors: 1, dropped: 1 });
  });

  test.each([
    ['failed with a connection of its own', 'refused', { sent: 1, errors: 1 }],
    ['was never sent where there was no port for one', 'noPort', { sent: 0, dropped: 1 }],
  ] as const)('a request %s', (_, cause, expected) => {
    const { ledger, counts } = inFlight([0], { sent: 0, short: true });
    ledger.fail(0, cause);
    expect(counts()).toEqual({ ...none, ...expected });
  });
});

test('when the load is over, what was sent has timed out and what was not is dropped', () => {
  const { ledger, counts } = inFlight([0, 1, 2], { sent: 2 });
  ledger.abandon(0, 100 * MS);
  expect(counts()).toEqual({ ...none, sent: 2, timedOut: 2, dropped: 1 });
});
