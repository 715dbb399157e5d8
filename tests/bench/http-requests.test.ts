import { describe, expect, test } from 'vitest';
import { HttpRequests } from '../../bench/load/engines/http-requests.ts';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import { nowNanos } from '../../bench/measure/clock.ts';

function requests({ page = null as string | null, pipelining = 2 } = {}) {
  const live = new LiveView();
  const state = new LoadState(3, live, undefined, false);
  return { live, state, requests: new HttpRequests(3, pipelining, page, state) };
}

describe('a reply', () => {
  test.each<[string, number, string, string]>([
    ['with the expected page', 200, 'page', 'completed'],
    ['without a body has a different page', 204, '', 'corrupted'],
    ['with another page', 200, 'pagE', 'corrupted'],
    ['with a longer page', 200, 'page ', 'corrupted'],
    ['that redirects', 301, 'page', 'errors'],
    ['that reports 404', 404, 'page', 'errors'],
    ['of an overloaded server', 503, '', 'errors'],
  ])('%s: %i %j', (_, status, body, kind) => {
    const { state, requests: http, live } = requests({ page: 'page' });
    http.sent(1);
    http.replied(1, status, 100);
    http.judge(body);
    const { sent, completed, corrupted, errors, bytes } = state.counts;
    const expected = { sent: 1, completed: 0, corrupted: 0, errors: 0, bytes: kind === 'completed' ? 100 : 0 };
    expect({ sent, completed, corrupted, errors, bytes }).toEqual({ ...expected, [kind]: 1 });
    expect(live.response.count).toBe(state.counts.completed);
    expect(http.statuses).toEqual({ [status]: 1 });
    expect(http.outstanding).toBe(0);
  });

  test('may have any page when the expected one is unknown', () => {
    const { state, requests: http } = requests();
    http.sent(0);
    http.replied(0, 200, 1);
    http.judge('whatever');
    expect(state.counts.completed).toBe(1);
  });

  test('answers the oldest request of its own connection', () => {
    const { live, requests: http } = requests();
    http.sent(0);
    http.sent(0);
    http.sent(2);
    http.replied(0, 200, 1);
    // The next request is sent before the body is checked.
    http.sent(0);
    http.judge('');
    expect([http.inFlight(0), http.inFlight(1), http.inFlight(2), http.outstanding]).toEqual([2, 0, 1, 3]);
    expect(live.response.count).toBe(1);
    expect([http.isAnswered(0), http.isAnswered(2), http.connectionsAnswered]).toEqual([true, false, 1]);
    expect(http.hopeful).toBe(2);
  });
});

describe('requests of a lost connection', () => {
  test.each<[string, number, Record<string, number>, number]>([
    ['fail', 1e12, { sent: 2, errors: 2, timedOut: 0 }, 0],
    ['time out when they have waited long enough, with their age', 0, { sent: 2, errors: 0, timedOut: 2 }, 2],
  ])('%s', (_, timeoutNanos, counts, recorded) => {
    const { state, live, requests: http } = requests();
    http.sent(1);
    http.sent(1);
    http.lose(1, timeoutNanos);
    expect(state.counts).toMatchObject(counts);
    expect([live.response.count, http.outstanding, http.inFlight(1)]).toEqual([recorded, 0, 0]);
  });

  test('time out one by one, and a younger one fails', () => {
    const { state, live, requests: http } = requests();
    http.sent(1);
    const between = nowNanos();
    while (nowNanos() === between);
    http.sent(1);
    // When the first is at least as old as the time-out, the second is not.
    http.lose(1, 1e9, between + 1e9);
    expect(state.counts).toMatchObject({ sent: 2, errors: 1, timedOut: 1 });
    expect(live.response.count).toBe(1);
  });

  test('are zero when no request was in flight', () => {
    const { state, requests: http } = requests();
    http.lose(1, 0);
    expect(state.counts).toMatchObject({ timedOut: 0, errors: 0 });
  });
});

test('requests in flight when the measurement begins count as sent, and are counted again when they end', () => {
  const { state, requests: http } = requests();
  http.sent(0);
  http.sent(1);
  http.replied(0, 500, 1);
  http.judge('');
  http.startMeasuring();
  expect(state.counts).toMatchObject({ sent: 1, errors: 0 });
  expect(http.statuses).toEqual({});
  http.abandon();
  expect(state.counts).toMatchObject({ sent: 1, timedOut: 1 });
});
