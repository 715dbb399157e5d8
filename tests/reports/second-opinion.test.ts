import { describe, expect, test } from 'vitest';
import { resultSchema } from '../../bench/model/result.ts';
import type { SecondOpinion, SecondOpinionFailure } from '../../bench/model/second-opinion.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { renderTerminal } from '../../reports/renderers/terminal.ts';
import { secondOpinionTable } from '../../reports/tables/details/second-opinion.ts';
import { summarize } from '../../reports/tables/summary.ts';
import { latency, result, trial } from './results.ts';

const failed: SecondOpinionFailure = {
  ...{ engine: 'autocannon', message: 'autocannon was killed by SIGKILL', stderr: ['out of memory'] },
};

function opinion(requestsPerSecond: number, variation: Partial<SecondOpinion> = {}): SecondOpinion {
  return {
    ...{ engine: 'autocannon', version: '9.0.0', measuredSeconds: 1 },
    requests: { completed: requestsPerSecond, timedOut: 0, errors: 0 },
    statuses: { 200: requestsPerSecond },
    throughput: { requestsPerSecond },
    latencyMicros: { response: latency(1000, 4000) },
    generator: { cpuSeconds: 0.9, cpuMicrosPerRequest: 80, utilization: 0.9, saturated: false },
    ...variation,
  };
}

/** Returns a round of `run` against an HTTP server, in which 3 of our requests were answered with 503. */
function round(number: number, rest: Pick<Trial, 'secondOpinion' | 'secondOpinionFailure'>): Trial {
  const measured = trial({ target: 'http://127.0.0.1:8080/', round: number, server: null, requests: { errors: 3 } });
  return { ...measured, model: null, app: 'http', statuses: { 200: 5000, 503: 3 }, ...rest };
}

/** Returns three rounds of `run`; autocannon was at its limit in the first, and failed in the last. */
function measuredTwice() {
  const limited = opinion(4000, {
    requests: { completed: 4000, timedOut: 2, errors: 5 },
    statuses: { 200: 4000, 503: 4 },
    generator: { cpuSeconds: 0.95, cpuMicrosPerRequest: 120, utilization: 0.95, saturated: true },
  });
  const plan = {
    ...result().plan,
    command: 'run',
    rounds: 3,
    models: ['http://127.0.0.1:8080/'],
    app: 'http' as const,
  };
  return result({
    plan: { ...plan, secondEngine: 'autocannon', timestamps: 'user' },
    trials: [
      round(1, { secondOpinion: limited }),
      round(2, { secondOpinion: opinion(6000) }),
      round(3, { secondOpinionFailure: failed }),
    ],
    warnings: [{ code: 'second-opinion', message: 'autocannon ran in its own process' }],
    verdict: { statements: [] },
  });
}

/** Returns the rows of the table of trials, as texts. */
function rowsOf(...trials: Trial[]) {
  return secondOpinionTable(trials)?.groups[0]?.rows.map((row) => row.map(({ text }) => text));
}

describe('a second opinion', () => {
  test('is stored and read again', () => {
    const stored = measuredTwice();
    expect(resultSchema.parse(JSON.parse(JSON.stringify(stored)))).toEqual(stored);
  });

  test('is printed side by side, as in its golden file', async () => {
    const text = renderTerminal(measuredTwice(), { color: false, width: 100 });
    await expect(text).toMatchFileSnapshot('../golden/run-second-opinion.txt');
    for (const line of renderTerminal(measuredTwice(), { color: false, width: 80 }).split('\n')) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  test('has the ratio of medians over the rounds that both measured', () => {
    const rows = rowsOf(
      round(1, { secondOpinion: opinion(4000) }),
      round(2, { secondOpinion: opinion(8000) }),
      round(3, { secondOpinion: opinion(5000) }),
      { ...round(4, { secondOpinionFailure: failed }), throughput: { requestsPerSecond: 1, bytesPerSecond: 1 } },
    );
    expect(rows).toEqual([
      ['sockbench', '10.0k', '500', '1.25', '2.00', '9', '0', '9', '40.0'],
      ['autocannon 9.0.0', '5.00k', '1,000', '2.50', '4.00', '0', '0', '0', '80.0'],
      ['ratio', '2.00', '0.500', '0.500', '0.500', '–', '–', '–', '0.500'],
    ]);
  });

  test('has no ratio to nothing', () => {
    const nothing = opinion(0, {
      latencyMicros: { response: { ...latency(0, 0), count: 0 } },
      generator: { cpuSeconds: 0.1, cpuMicrosPerRequest: null, utilization: 0.1, saturated: false },
    });
    expect(rowsOf(round(1, { secondOpinion: nothing }))?.slice(1)).toEqual([
      ['autocannon 9.0.0', '0', '–', '–', '–', '0', '0', '0', '–'],
      ['ratio', '–', '–', '–', '–', '–', '–', '–', '–'],
    ]);
  });

  test('has no table where none was requested, or each failed', () => {
    expect(secondOpinionTable([trial()])).toBeNull();
    expect(secondOpinionTable([round(1, { secondOpinionFailure: failed })])).toBeNull();
  });

  test('that failed is reported with its last lines', () => {
    expect(summarize(measuredTwice()).failures).toEqual([
      {
        where: 'second opinion about http://127.0.0.1:8080/, round 3',
        message: 'autocannon was killed by SIGKILL',
        stderr: ['out of memory'],
      },
    ]);
  });
});
