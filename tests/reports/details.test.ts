import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../bench/model/result.ts';
import type { TimelinePoint } from '../../bench/model/trial.ts';
import { renderTerminal } from '../../reports/renderers/terminal.ts';
import { datagramTable } from '../../reports/tables/details/datagrams.ts';
import { mergePoints, timelineTable } from '../../reports/tables/details/timeline.ts';
import { summarize } from '../../reports/tables/summary.ts';
import { result, trial } from './results.ts';
import { datagramRun, rampRun, targetsRun, uploadBench } from './runs.ts';

const titles = (of: Result) => summarize(of).details.map(({ title }) => title);

describe.each([
  ['a ramp of Poisson arrivals with a connection for each request', 'run-ramp', rampRun()],
  ['datagrams of several sizes in two rounds', 'run-datagrams', datagramRun()],
  ['targets that share a load in two rounds', 'run-targets', targetsRun()],
  ['a comparison of uploads', 'bench-upload', uploadBench()],
])('%s', (_, name, whole) => {
  const text = renderTerminal(whole, { color: false, width: 100 });

  test('matches its golden file', async () => {
    await expect(text).toMatchFileSnapshot(`../golden/${name}.txt`);
  });

  test('fits its page and a narrow one', () => {
    for (const width of [100, 80]) {
      const lines = renderTerminal(whole, { color: false, width }).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
    }
  });
});

describe('details of a result', () => {
  const plan = { ...result().plan, command: 'run' };
  const of = (...trials: Result['trials']) => titles(result({ plan, trials }));

  test('appear for `run` only', () => {
    const compared = { ...rampRun(), plan: { ...rampRun().plan, command: 'bench' } };
    expect(titles(compared)).toEqual([]);
  });

  test('are the response times when there is nothing else', () => {
    expect(of(trial())).toEqual(['Latencies']);
    expect(of(trial({ transport: 'udp' }))).toEqual(['Latencies', 'Datagrams']);
  });

  test('contain the deliveries of a chat, summed over all rounds', () => {
    const broadcast = {
      ...{ expected: 1000, delivered: 990, lost: 10, late: 4, duplicated: 3, reordered: 2, corrupted: 1 },
      ...{ reach: 0.99, deliveriesPerSecond: 2000 },
    };
    const rounds = [1, 2].map((round) => ({ ...trial({ round }), workload: 'broadcast' as const, broadcast }));
    expect(of(...rounds)).toEqual(['Latencies, medians of 2 rounds', 'Deliveries, sums of 2 rounds']);
    const text = renderTerminal(result({ plan, trials: rounds }), { color: false, width: 100 });
    expect(text).toMatch(/^ +2\.00k +1\.98k +20 +8 +6 +4 +2$/m);
    expect(text).toMatch(/^model +lines\/s .* reach /m);
    expect(text).toMatch(/^event-driven +10\.0k .* 99 +0\.998 /m);
  });

  test('are empty without trials', () => expect(of()).toEqual([]));

  test('have no latencies for a stream without replies', () => {
    const [upload] = uploadBench().trials;
    expect(of(...(upload ? [upload] : []))).toEqual([]);
  });

  test('leave unknown counts of one-way datagrams empty', () => {
    const upload = {
      ...trial({ transport: 'udp', requests: { completed: 4900, lost: 100 } }),
      workload: 'upload' as const,
    };
    const counts = (droppedByServer: number | null) => {
      const observed = { ...upload, datagrams: { droppedByServer, droppedByGenerator: 0 } };
      return datagramTable([observed])
        ?.groups[0]?.rows[0]?.slice(0, 3)
        .map(({ text }) => text);
    };
    expect(counts(null)).toEqual(['5.00k', '–', '–']);
    expect(counts(100)).toEqual(['5.00k', '4.90k', '100']);
  });
});

describe('a timeline', () => {
  const point = (second: number, variation: Partial<TimelinePoint> = {}): TimelinePoint => ({
    second,
    requestsPerSecond: 100,
    p50: 10,
    p99: 20,
    errors: 0,
    ...variation,
  });
  const rowsOf = (...points: TimelinePoint[]) =>
    timelineTable([{ ...trial(), timeline: points }])?.groups[0]?.rows.map((row) => row.map(({ text }) => text));

  test('is printed with three or more intervals, or with stages', () => {
    const two = { ...trial(), timeline: [point(1), point(1.5)] };
    expect(timelineTable([two])).toBeNull();
    expect(timelineTable([{ ...two, timeline: [point(1), point(2), point(2.5)] }])).not.toBeNull();
    expect(timelineTable([{ ...two, stages: [{ seconds: 1, target: 5 }] }])).not.toBeNull();
    expect(timelineTable([{ ...trial(), stages: [{ seconds: 1, target: 5 }] }])).toBeNull();
  });

  test('is not printed for several rounds', () => {
    const three = { ...trial(), timeline: [point(1), point(2), point(3)] };
    expect(timelineTable([three, three])).toBeNull();
  });

  test('has no response times for a second without replies', () => {
    const rows = rowsOf(point(1), point(2, { requestsPerSecond: 0, p50: 0, p99: 0, errors: 3 }), point(2.5));
    expect(rows).toEqual([
      ['1', '100', '10.0', '20.0', '0'],
      ['2', '0', '–', '–', '3'],
      ['2.5', '100', '10.0', '20.0', '0'],
    ]);
  });

  test('of a stream has bytes and no response times', () => {
    const stream = {
      ...trial(),
      workload: 'download' as const,
      timeline: [1, 2, 3].map((second) => point(second, { bytesPerSecond: second * 1e9 })),
    };
    expect(timelineTable([stream])?.groups[0]?.rows.map((row) => row.map(({ text }) => text))).toEqual([
      ['1', '1.00', '0'],
      ['2', '2.00', '0'],
      ['3', '3.00', '0'],
    ]);
  });

  test('of a chat counts lines', () => {
    const chat = { ...trial(), workload: 'broadcast' as const, timeline: [1, 2, 3].map((second) => point(second)) };
    expect(timelineTable([chat])?.columns.map(({ title }) => title)).toEqual([
      'until',
      'lines/s',
      'p50',
      'p99',
      'errors',
    ]);
  });

  test('merges points to the mean rate over time, all errors, and the worst percentiles', () => {
    expect(
      mergePoints(
        [
          point(1, { requestsPerSecond: 100, p50: 30, p99: 40, errors: 1, generatorLagP99: 5 }),
          point(2, { requestsPerSecond: 200, p50: 10, p99: 90, errors: 2, generatorLagP99: 9 }),
          point(3, { requestsPerSecond: 400 }),
          point(3.5, { requestsPerSecond: 100 }),
        ],
        2,
      ),
    ).toEqual([
      { second: 2, requestsPerSecond: 150, p50: 30, p99: 90, errors: 3, generatorLagP99: 9 },
      { second: 3.5, requestsPerSecond: 300, p50: 10, p99: 20, errors: 0 },
    ]);
  });

  test('has at most thirty rows, and keeps every error, the worst second and the end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 5000 }), fc.nat(), (seconds, at) => {
        const worst = at % seconds;
        const points = Array.from({ length: seconds }, (_, i) =>
          point(i + 1, i === worst ? { p99: 777, errors: 1 } : {}),
        );
        const rows = rowsOf(...points) ?? [];
        expect(rows.length).toBeLessThanOrEqual(30);
        expect(rows.length).toBeGreaterThanOrEqual(Math.min(seconds, 15));
        expect(rows.filter(([, , , p99]) => p99 === '777')).toHaveLength(1);
        expect(rows.filter(([, , , , errors]) => errors === '1')).toHaveLength(1);
        expect(rows.at(-1)?.[0]).toBe(String(seconds));
      }),
      { numRuns: 50 },
    );
  });
});
