import { describe, expect, test } from 'vitest';
import { changesOf, type History, historyOf, isUndecided, recentRegressions } from '../../reports/history/history.ts';
import { historyDocument } from '../../reports/history/history-document.ts';
import { historyJson } from '../../reports/history/history-json.ts';
import { selectedRuns } from '../../reports/history/history-run.ts';
import { changeSentence, conclusion, historyNotes } from '../../reports/history/history-words.ts';
import { seriesLine } from '../../reports/history/series-line.ts';
import { renderHistory } from '../../reports/renderers/history.ts';
import { historyRuns, ratesAround, savedRun } from './saved-runs.ts';

const kernel = (version: string) => ({ environment: { kernel: version } });

/** Returns the history of the rate of `async`. @param kernels of each run; default: the same. */
function historyOfRates(rates: readonly number[], kernels: readonly string[] = []): History {
  const saved = rates.map((rate, i) => savedRun(i, { async: rate }, kernel(kernels[i] ?? '6.8.0')));
  return historyOf(historyRuns(saved, ['rate']));
}

const slower = [...ratesAround(10_000, 8), ...ratesAround(8800, 6)];
const sentences = (history: History) => changesOf(history).map((change) => changeSentence(change, history.runs));

describe('a change', () => {
  test('is placed, sized and named in a sentence', () => {
    expect(sentences(historyOfRates(slower))).toEqual([
      'async, req/s (bench, 16 connections; TCP: echo, request-response, 64 B) fell by 11 % (11 % to 12 %) between ' +
        '2026-11-08 and 2026-11-09 (runs 8 and 9): 9.94k/s → 8.83k/s, medians of 8 runs before and 6 after, p = 0.002.',
    ]);
  });

  test('of latency is to the worse when it rises', () => {
    const saved = slower.map((rate, i) => savedRun(i, { async: rate }));
    const history = historyOf(historyRuns(saved, ['rate', 'response.p50']));
    expect(changesOf(history).map(({ change }) => [change.direction, (change.relative?.change ?? 0) > 0])).toEqual([
      ['worse', true],
      ['worse', false],
    ]);
  });

  test('has no size where values may be 0', () => {
    const errors = [...Array(8).fill(0), ...Array(8).fill(3)];
    const saved = errors.map((count, i) => {
      const run = savedRun(i, { async: 10_000 });
      return {
        ...run,
        trials: run.trials.map((trial) => ({ ...trial, requests: { ...trial.requests, errors: count } })),
      };
    });
    const [sentence] = sentences(historyOf(historyRuns(saved, ['errors'])));
    expect(sentence).toContain('rose between 2026-11-08 and 2026-11-09 (runs 8 and 9): 0 → 3, medians');
  });

  test('names versions that changed at the same time, and times of one day', () => {
    const saved = slower.map((rate, i) => ({
      ...savedRun(
        0,
        { async: rate },
        { environment: { node: i < 8 ? 'v20.1.0' : 'v20.2.0', commit: i < 8 ? 'aaa' : 'bbb' } },
      ),
      startedAt: new Date(Date.UTC(2026, 10, 1, i, 30)).toISOString(),
    }));
    const [sentence] = sentences(historyOf(historyRuns(saved, ['rate'])));
    expect(sentence).toContain('between 2026-11-01 07:30:00 and 2026-11-01 08:30:00 (runs 8 and 9)');
    expect(sentence).toMatch(/ Also changed then: Node v20.1.0 → v20.2.0, commit aaa → bbb\.$/);
  });
});

describe('runs under other conditions', () => {
  const upgraded = [...Array(8).fill('6.1.0'), ...Array(6).fill('6.8.0')];

  test('are not compared, and the reason is given', () => {
    const history = historyOfRates(slower, upgraded);
    expect(sentences(history)).toEqual([]);
    expect(historyNotes(history, [])[0]).toBe(
      'Not compared, as conditions differ: runs 8 and 9 (2026-11-09): kernel 6.1 → 6.8.',
    );
    expect(history.series.map((each) => seriesLine(each).indexOf('┊'))).toEqual([8]);
  });

  test('may alternate: each is compared with its like', () => {
    const rates = slower.flatMap((rate) => [rate, 3 * rate]);
    const history = historyOfRates(
      rates,
      rates.map((_, i) => (i % 2 === 0 ? '6.1.0' : '6.8.0')),
    );
    expect(changesOf(history).map(({ change }) => [change.before + 1, change.after + 1])).toEqual([
      [15, 17],
      [16, 18],
    ]);
    expect(recentRegressions(history, 20).map(({ change }) => change.after + 1)).toEqual([18]);
    expect(historyNotes(history, [])[0]).toBe('17 earlier places where conditions differ.');
  });

  test('belong to a series of their own where the load differs', () => {
    const saved = [...slower.keys()].map((i) => {
      const run = savedRun(i, { async: slower[i] ?? 0 });
      return { ...run, trials: run.trials.map((trial) => ({ ...trial, pipelining: i < 8 ? 1 : 2 })) };
    });
    const history = historyOf(historyRuns(saved, ['rate']));
    expect(history.series.map(({ points }) => points.length)).toEqual([8, 6]);
    expect(sentences(history)).toEqual([]);
  });
});

describe('a decision', () => {
  test('needs eight comparable runs of a single series, and more of several', () => {
    const few = historyOfRates(slower.slice(2, 9));
    expect([isUndecided(few), few.runsNeeded]).toEqual([true, 8]);
    expect(conclusion(few)).toBe(
      'Too few runs to find a change: the longest series has 7 comparable runs, and 8 are needed.',
    );
    const targets = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const saved = slower.slice(2, 10).map((rate, i) => savedRun(i, Object.fromEntries(targets.map((t) => [t, rate]))));
    expect(historyOf(historyRuns(saved, ['rate']))).toMatchObject({ runsNeeded: 9, tests: 2 });
  });

  test('divides the level among the series that are long enough, and no others', () => {
    const saved = slower.map((rate, i) =>
      savedRun(i, i < 9 ? { async: rate } : { async: rate, epoll: rate, late: rate }),
    );
    expect(historyOf(historyRuns(saved, ['rate']))).toMatchObject({ tests: 1, level: 0.05 });
    expect(historyOf(historyRuns(saved, ['rate', 'cpu']))).toMatchObject({ tests: 2, level: 0.025 });
  });

  test('finds a regression in the last runs only, and only if it was not undone', () => {
    const history = historyOfRates(slower);
    expect(recentRegressions(history, 6)).toHaveLength(1);
    expect(recentRegressions(history, 5)).toEqual([]);
    const undone = historyOfRates([...slower, ...ratesAround(10_100, 8)]);
    expect(changesOf(undone).map(({ change }) => change.direction)).toEqual(['worse', 'better']);
    expect(recentRegressions(undone, 30)).toEqual([]);
    expect(recentRegressions(historyOfRates([...slower].reverse()), 30)).toEqual([]);
  });

  test('looks at the last 500 runs of a longer series, and says so', () => {
    const rates = [...ratesAround(20_000, 20), ...ratesAround(10_000, 500)];
    const history = historyOfRates(rates);
    expect(changesOf(history)).toEqual([]);
    expect(historyNotes(history, [])).toContain('Of longer series, only the last 500 comparable runs were searched.');
  });
});

test('a selection of runs counts only those that measured what is selected', () => {
  const runs = historyRuns([0, 1, 2, 3].map((i) => savedRun(i, i === 3 ? { epoll: 1 } : { async: 1, epoll: 1 })));
  const names = (selection: object, since?: number, last?: number) =>
    selectedRuns(runs, selection, { since, last }).map(({ name }) => name);
  expect(names({ targets: ['async'] })).toEqual(['run-1', 'run-2', 'run-3']);
  expect(names({ targets: ['async'] }, undefined, 2)).toEqual(['run-2', 'run-3']);
  expect(names({}, Date.UTC(2026, 10, 3))).toEqual(['run-3', 'run-4']);
  expect(names({ connections: [1] })).toEqual([]);
  expect(names({ transports: ['tcp'], apps: ['echo'], connections: [16, 1] })).toHaveLength(4);
  expect(names({ apps: ['http'] })).toEqual([]);
});

/** Two targets under two kernels, a change of one of them, commits, and an interrupted run. */
function example(): History {
  const saved = [...ratesAround(9000, 3), ...slower].map((rate, i) => {
    const rates = { async: rate, 'event-driven': Math.round(12_000 + 50 * Math.cos(5 * i)) };
    const commit = i < 11 ? '1a2b3c4d5e' : 'f00dface01-dirty';
    const run = savedRun(i, rates, { environment: { kernel: i < 3 ? '6.1.0' : '6.8.0', commit } });
    return { ...run, interrupted: i === 5 };
  });
  return historyOf(historyRuns(saved, ['rate', 'response.p99']));
}

describe('a history is drawn', () => {
  test('for a terminal', async () => {
    const text = renderHistory(example(), ['results/damaged/results.json is not JSON'], { color: false, width: 100 });
    await expect(text).toMatchFileSnapshot('../golden/history.txt');
  });

  test('with ASCII characters only, on request', () => {
    const text = renderHistory(example(), [], { color: false, width: 100, ascii: true });
    expect(text).toMatch(/^async +req\/s .* {2}\.,,:[_.,~=*#|-]+ {2}/m);
    expect(text).toContain('| a change, : other conditions');
  });

  test('with as many series as fit, those with changes first', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`target-${i}`, 5000]));
    const saved = [...ratesAround(10_000, 12), ...ratesAround(5000, 12)].map((rate, i) =>
      savedRun(i, { ...many, zebra: rate }),
    );
    const text = renderHistory(historyOf(historyRuns(saved, ['rate'])), [], { color: false, width: 100 });
    expect(text).toMatch(/^zebra /m);
    expect(text).toMatch(/^target-46 /m);
    expect(text).not.toMatch(/^target-47 /m);
    expect(text).toContain('13 more series are not shown');
  });

  test('as JSON, with runs numbered as in tables', () => {
    const { schema, runs, skipped, test, series } = JSON.parse(historyJson(example(), ['x: why']));
    expect({ schema, skipped }).toEqual({ schema: 'sockbench/history/1', skipped: ['x: why'] });
    expect(runs[3]).toMatchObject({ run: 4, name: 'run-4', command: 'bench', conditions: { kernel: '6.8' } });
    expect(runs[3]).not.toHaveProperty('readings');
    expect(test).toEqual({ alpha: 0.05, tests: 4, level: 0.0125, runsNeeded: 10 });
    expect(series[0]).toMatchObject({
      ...{ target: 'async', metric: 'rate' },
      changes: [{ before: 11, after: 12, direction: 'worse' }],
      borders: [{ before: 3, after: 4, changed: ['kernel 6.1 → 6.8'] }],
    });
    expect(series[0].points[0]).toEqual({ run: 1, value: 9018, doubt: null });
  });

  test('as a document with a chart of each metric, and lines at changes and borders', () => {
    const document = historyDocument(example(), []);
    expect(document.identities).toEqual(['async', 'event-driven']);
    expect(document.sections.map(({ id }) => id)).toEqual(['changes', 'load-1', 'runs']);
    const charts = document.sections.flatMap(({ blocks }) =>
      blocks.flatMap((b) => (b.kind === 'chart' ? [b.chart] : [])),
    );
    expect(charts.map(({ title }) => title)).toEqual(['req/s, 16 connections', 'p99, 16 connections']);
    expect(charts[0]).toMatchObject({
      kind: 'lines',
      series: [{ name: 'async' }, { name: 'event-driven' }],
      rules: [
        { at: 3.5, label: 'kernel 6.1 → 6.8', tone: 'plain' },
        { at: 11.5, label: 'async −11 % at run 12', tone: 'bad' },
      ],
    });
  });

  test('as a document, with the last hundred runs in its charts', () => {
    const { sections } = historyDocument(historyOfRates(ratesAround(10_000, 120)), []);
    const [chart] = sections.flatMap(({ blocks }) => blocks.flatMap((b) => (b.kind === 'chart' ? [b.chart] : [])));
    const points = chart?.kind === 'lines' ? chart.series.flatMap((each) => each.points) : [];
    expect([points.length, points[0]?.x, points.at(-1)?.x]).toEqual([100, 21, 120]);
    expect(chart?.caption).toContain('Runs 21 (2026-11-21 10:00 UTC) to 120');
  });

  test('also when there is nothing', () => {
    const empty = historyOf([]);
    expect(renderHistory(empty, [], { color: false, width: 80 })).toMatch(
      /^No saved run here measured this: measure with/,
    );
    expect(historyDocument(empty, []).sections.map(({ id }) => id)).toEqual(['changes', 'runs']);
  });
});
