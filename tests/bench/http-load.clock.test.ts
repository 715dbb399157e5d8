import { describe, expect, test } from 'vitest';
import type { Trial } from '../../bench/model/trial.ts';
import { httpServer } from './http-server.ts';
import { accountedFor, measureTrial } from './measured.ts';

/**
 * Checks Little's law: the time that requests were in flight in the window is the sum of their response times, less the
 * part after the end of the window. Histograms are exact to a thousandth.
 */
function expectLittlesLaw(
  { meanInFlight = 0, measuredSeconds, latencyMicros: { response } }: Trial,
  most: number,
): void {
  const inFlightMicros = (meanInFlight ?? 0) * measuredSeconds * 1e6;
  const responseMicros = response.mean * response.count;
  expect(inFlightMicros).toBeLessThanOrEqual(responseMicros * 1.002);
  expect(inFlightMicros).toBeGreaterThanOrEqual(responseMicros * 0.998 - most * response.max);
}

describe('an HTTP server that', () => {
  test('replies correctly is counted correctly and receives the requests that its URL specifies', async () => {
    const asked = new Set<string>();
    let served = 0;
    const held: (() => void)[] = [];
    const url = await httpServer(({ method, url, headers: { host } }, response) => {
      asked.add(`${method} ${url} of ${host}`);
      served++;
      // Opening asks once for each connection. Then as many requests as may be in flight must be, before one is
      // answered.
      held.push(() => void setTimeout(() => response.end('any page'), 20));
      if (served <= 5 || served >= 5 + 15) for (const answer of held.splice(0)) answer();
    });
    const trial = await measureTrial(`${url}/a?b=c`, '-c', '5', '-p', '3', '-d', '1s');
    expect([...asked]).toEqual([`GET /a?b=c of ${url.slice('http://'.length)}`]);
    expect(trial).toMatchObject({ app: 'http', workload: 'request-response', timestamps: 'kernel', server: null });
    expect(trial.requests.completed).toBeGreaterThan(0);
    expect(trial.requests).toMatchObject({ timedOut: 0, errors: 0, corrupted: 0, unsolicited: 0 });
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(served).toBe(trial.requests.sent + 5);
    expect(trial.statuses).toEqual({ 200: trial.requests.completed });
    expect(trial.latencyMicros.response.count).toBe(trial.requests.completed);
    expect(trial.latencyMicros.generatorLag?.count).toBeGreaterThan(0);
    expect(trial.opening).toMatchObject({ opened: 5, answered: 5 });
    expect(trial.fairness.starvedConnections).toBe(0);
    expect(trial.meanInFlight).toBeLessThanOrEqual(15);
    expectLittlesLaw(trial, 15);
  });

  test('replies late has response times no shorter than its delay, and a matching number of requests', async () => {
    const delayMs = 20;
    const url = await httpServer((_, response) => void setTimeout(() => response.end('late'), delayMs));
    const trial = await measureTrial(url, '-c', '4', '-d', '500ms');
    // Timers have a resolution of one millisecond.
    expect(trial.latencyMicros.response.p50).toBeGreaterThan((delayMs - 1.5) * 1000);
    expect(trial.throughput.requestsPerSecond).toBeLessThan(4 / ((delayMs - 1.5) / 1000));
    expect(trial.requests.completed).toBeGreaterThan(0);
  });
});
