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

describe('pipelined requests that exceed the time-out', () => {
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

  test('leave younger ones to be answered after late replies', () => {
    const { ledger, counts, table, live } = inFlight([0, 900]);
    ledger.expire(0, 50 * MS, 1000 * MS);
    expect(table.givenUp(0)).toBe(1);
    ledger.complete(0, 64, 0, 1050 * MS);
    expect(table.givenUp(0)).toBe(0);
    ledger.complete(0, 64, 0, 1100 * MS);
    expect(counts()).toEqual({ ...none, sent: 2, completed: 1, timedOut: 1, late: 1 });
    expect(live.response.count).toBe(2);
  });

  test('are followed by a corrupt reply, which counts for the oldest pending request', () => {
    const { ledger, counts } = inFlight([0, 900, 950]);
    ledger.expire(0, 50 * MS, 1000 * MS);
    ledger.corrupt(0);
    ledger.fail(0);
    expect(counts()).toEqual({ ...none, sent: 3, timedOut: 1, corrupted: 1, errors: 1 });
  });

  test('are dropped without a response time if unsent, and the connection is stuck', () => {
    const { ledger, counts, live } = inFlight([0, 10, 900], { sent: 1 });
    expect(ledger.expire(0, 50 * MS, 1000 * MS)).toBe(true);
    expect(counts()).toEqual({ ...none, sent: 2, timedOut: 1, dropped: 1 });
    expect(live.response.count).toBe(1);
  });

  test('do not expire early', () => {
    const { ledger, counts } = inFlight([100, 900]);
    expect(ledger.expire(0, 100 * MS, 1000 * MS)).toBe(false);
    expect(counts()).toEqual({ ...none, sent: 2 });
  });
});

describe('requests of a connection that ended', () => {
  test.each([
    [
      'fail if they were sent, and otherwise wait for the next connection',
      [0, 1, 2],
      2,
      undefined,
      { sent: 3, errors: 2 },
      1,
    ],
    [
      'are dropped if they were not sent and the connection is not reopened at once',
      [0, 1, 2],
      2,
      'refused',
      { sent: 2, errors: 2, dropped: 1 },
      0,
    ],
    ['are dropped if no connection was made', [0], 0, 'refused', { sent: 0, dropped: 1 }, 0],
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
    ['fails with its own connection', 'refused', { sent: 1, errors: 1 }],
    ['is never sent when there is no local port', 'noPort', { sent: 0, dropped: 1 }],
  ] as const)('a request %s', (_, cause, expected) => {
    const { ledger, counts } = inFlight([0], { sent: 0, short: true });
    ledger.fail(0, cause);
    expect(counts()).toEqual({ ...none, ...expected });
  });
});

test('at the end of the load, sent requests have timed out and unsent ones are dropped', () => {
  const { ledger, counts } = inFlight([0, 1, 2], { sent: 2 });
  ledger.abandon(0, 100 * MS);
  expect(counts()).toEqual({ ...none, sent: 2, timedOut: 2, dropped: 1 });
});
