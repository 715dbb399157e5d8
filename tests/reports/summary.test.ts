import { expect, test } from 'vitest';
import type { Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { compareTargets } from '../../bench/run/comparison.ts';
import { renderTerminal } from '../../reports/renderers/terminal.ts';
import { aggregate } from '../../reports/tables/aggregate.ts';
import { summarize } from '../../reports/tables/summary.ts';
import { failure, latency, result, trial } from './results.ts';

const rate = (requestsPerSecond: number) => ({ requestsPerSecond, bytesPerSecond: 0 });

function models(...trials: ReturnType<typeof trial>[]): string[][] {
  const { tables } = summarize(result({ trials }));
  return tables.flatMap(({ groups }) => groups.map(({ rows }) => rows.map(([model]) => model?.text ?? '')));
}

test('cells are medians over rounds, except errors, which are totals', () => {
  const rounds = [1, 2, 3].map((round) =>
    trial({
      round,
      throughput: rate(round * 100),
      latencyMicros: { response: latency(round * 10, round * 20) },
      requests: { timedOut: round === 1 ? 5 : 0, corrupted: round === 3 ? 2 : 0 },
      fairness: { jain: round / 10, starvedConnections: round * 2 },
    }),
  );
  const [row] = aggregate(result({ trials: rounds })).flatMap(({ aggregates }) => aggregates);
  expect(row?.values).toMatchObject({
    ...{ rate: 200, 'response.p50': 20, 'response.p99': 40, errors: 7, starved: 4, fairness: 0.2 },
  });
});

test('rows are grouped by number of connections, fastest first', () => {
  expect(
    models(
      trial({ target: 'slow', connections: 128, throughput: rate(1) }),
      trial({ target: 'fast', connections: 128, throughput: rate(9) }),
      trial({ target: 'fast', connections: 16, throughput: rate(1) }),
      trial({ target: 'slow', connections: 16, throughput: rate(9) }),
    ),
  ).toEqual([
    ['slow', 'fast'],
    ['fast', 'slow'],
  ]);
});

test('unknown fairness is not printed, but starved connections are', () => {
  const fairness = (starvedConnections: number) => {
    const ramp = { ...trial({ fairness: { jain: null, starvedConnections } }), stages: [{ seconds: 1, target: 16 }] };
    const [table] = summarize(result({ trials: [ramp] })).tables;
    const column = table?.columns.findIndex(({ title }) => title === 'fairness') ?? -1;
    return table?.groups[0]?.rows[0]?.[column]?.text;
  };
  expect(fairness(0)).toBe('–');
  expect(fairness(15)).toBe('15 of 16 starved');
});

test('each transport and each size has its own table', () => {
  const { tables } = summarize(
    result({ trials: [trial({ transport: 'udp' }), trial(), trial({ size: 4096 })], failures: [failure()] }),
  );
  expect(tables.map(({ title }) => title)).toEqual([
    'TCP: echo, request-response, 64 B',
    'TCP: echo, request-response, 4.00 KiB',
    'UDP: echo, request-response, 64 B',
  ]);
});

test('an HTTP server has one row for pages of any size', () => {
  const pages = [
    { target: 'a', round: 1, size: 210 },
    { target: 'a', round: 2, size: 212 },
    { target: 'b', round: 1, size: 3000 },
    { target: 'b', round: 2, size: 0 },
  ];
  const { tables } = summarize(result({ trials: pages.map((page) => ({ ...trial(page), app: 'http' })) }));
  expect(tables.map(({ groups }) => groups.map(({ rows }) => rows.map(([name]) => name?.text)))).toEqual([
    [['a', 'b']],
  ]);
});

test('the title of a table names the policy of balancing models, and the models where there are others', () => {
  const balanced = { ...trial({ target: 'balanced' }), balance: 'p2c' };
  const { tables } = summarize(result({ trials: [trial(), balanced, trial({ transport: 'udp' })] }));
  expect(tables.map(({ title }) => title)).toEqual([
    'TCP: echo, request-response, 64 B, policy of balanced: p2c',
    'UDP: echo, request-response, 64 B',
  ]);
  const alone = summarize(result({ trials: [balanced] })).tables.map(({ title }) => title);
  expect(alone).toEqual(['TCP: echo, request-response, 64 B, balanced by p2c']);
});

test('trials with different connections, sizes or rates have separate tables', () => {
  const stages = [{ seconds: 1, target: 5 }];
  const sizes = [{ from: 32, to: 96, share: 1 }];
  const variations: Partial<Trial>[] = [
    {},
    { connection: 'per-request' },
    { stages },
    { sizes },
    { rate: 5 },
    { rate: 5, arrivals: 'poisson' },
  ];
  const { tables } = summarize(result({ trials: variations.map((variation) => ({ ...trial(), ...variation })) }));
  expect(new Set(tables.map(({ title }) => title)).size).toBe(variations.length);
});

test('trials of a ramp with different mean rates share a table', () => {
  const stages = [{ seconds: 1, target: 5 }];
  const trials = [2.4, 2.5].map((rate) => ({ ...trial(), stages, rate }));
  expect(summarize(result({ trials })).tables).toHaveLength(1);
});

test('a run with a number of requests states it in the heading', () => {
  const plan = { ...result().plan, requests: 5000, durationSeconds: 3600 };
  expect(summarize(result({ plan })).heading[1]).toContain(
    '; 5.00k requests each, 60 min at most, after 200 ms of warm-up;',
  );
  expect(summarize(result({ plan: { ...plan, requests: null } })).heading[1]).toContain('; 60 min each after 200 ms');
});

test('every row has a cell for each column', () => {
  const { tables } = summarize(result({ trials: [trial()], failures: [failure()] }));
  for (const { columns, groups } of tables) {
    for (const { rows } of groups) {
      for (const row of rows) expect(row).toHaveLength(columns.length);
    }
  }
});

test('reasons of one kind share a footnote, followed by the warnings of the run', () => {
  const suspect = (connections: number, code: string, message = code) =>
    trial({ connections, validity: { verdict: 'suspect', reasons: [{ code, message }] } });
  const { footnotes, tables } = summarize(
    result({
      trials: [
        suspect(1, 'drift', 'drift of 3 %'),
        suspect(16, 'drift', 'drift of 5 %'),
        suspect(64, 'steal'),
        suspect(64, 'steal'),
      ],
      warnings: [{ code: 'shared-cpus', message: 'CPUs are shared' }],
    }),
  );
  expect(footnotes).toEqual(['drift of 3 % (the first of 2 trials)', 'steal (2 trials)', 'CPUs are shared']);
  const seen = tables.flatMap(({ groups }) => groups.flatMap(({ rows }) => rows.map((row) => row.at(-1)?.text)));
  expect(seen).toEqual(['1', '1', '2']);
});

test('a footnote of every measured row is named once, below the table', () => {
  const suspect = (connections: number, ...codes: readonly string[]) =>
    trial({ connections, validity: { verdict: 'suspect', reasons: codes.map((code) => ({ code, message: code })) } });
  const trials = [suspect(1, 'lag', 'steal'), suspect(16, 'drift', 'steal', 'lag'), suspect(64, 'lag', 'steal')];
  const seen = (run: Result) =>
    summarize(run).tables.map(({ note, groups }) => [
      note,
      ...groups.flatMap(({ rows }) => rows.map((row) => row.at(-1)?.text)),
    ]);
  expect(seen(result({ trials }))).toEqual([['Every row: see 1, 2.', '', '3', '']]);
  expect(seen(result({ trials: trials.slice(1, 2), failures: [failure()] }))).toEqual([[undefined, '1,2,3', '']]);
  expect(renderTerminal(result({ trials }), { color: false, width: 100 })).toMatch(
    /\n\nEvery row: see 1, 2\.\n\n 1\. lag \(3 trials\)\n/,
  );
});

test('each work has a table with its failures, after that without work', () => {
  const work = 'io:5ms';
  const { tables, failures } = summarize(
    result({
      trials: [{ ...trial(), work, cacheHit: 0.5 }, trial()],
      failures: [failure({ work, cacheHit: 0.5 }), failure({ work: 'cpu:1ms' })],
    }),
  );
  expect(tables.map(({ title }) => title)).toEqual([
    'TCP: echo, request-response, 64 B',
    'TCP: work cpu:1ms',
    'TCP: echo, request-response, 64 B, work io:5ms (50 % cache hits)',
  ]);
  const rows = tables.map(({ groups }) => groups.flatMap((group) => group.rows.map(([name]) => name?.text)));
  expect(rows).toEqual([['event-driven'], ['cluster'], ['event-driven', 'cluster']]);
  expect(failures.map(({ where }) => where)).toEqual([
    'cluster, tcp, io:5ms (50 % cache hits), 16 connections, round 1',
    'cluster, tcp, cpu:1ms, 16 connections, round 1',
  ]);
});

test('an interrupted run counts the trials of all its scenarios', () => {
  const transports = ['tcp', 'udp'] as const;
  const scenarios = [{ transports, connections: [1, 8], work: 'io:5ms', cacheHit: 0 }];
  const plan = { ...result().plan, models: ['a', 'b', 'c'], scenarios };
  expect(summarize(result({ plan, interrupted: true })).statements[0]).toContain('after 1 of 30 trials');
});

test('ranks are printed next to ranked models only', () => {
  const comparison = compareTargets(
    Array.from({ length: 12 }, (_, i) => i + 1).flatMap((round) => [
      trial({ round, target: 'first', throughput: rate(200) }),
      trial({ round, target: 'twin', throughput: rate(100 + (round % 2)) }),
      trial({ round, target: 'other twin', throughput: rate(101 - (round % 2)) }),
      trial({ round, target: 'starver', throughput: rate(300), fairness: { starvedConnections: 15 } }),
    ]),
  );
  const trials = ['first', 'twin', 'other twin', 'starver'].map((target) => trial({ target }));
  trials.push(trial({ target: 'first', connections: 64 }));
  const { tables } = summarize(result({ trials, comparison }));
  expect(tables[0]?.columns[1]?.title).toBe('rank');
  expect(tables[0]?.groups[0]?.rows.map((row) => [row[0]?.text, row[1]?.text])).toEqual([
    ['first', '1'],
    ['twin', '2–3'],
    ['other twin', '2–3'],
    ['starver', '–'],
  ]);
  expect(tables[0]?.groups[1]?.rows.map((row) => row[1]?.text)).toEqual(['–']);
  expect(summarize(result({ trials })).tables[0]?.columns[1]?.title).toBe('req/s');
});

test('servers on different numbers of CPUs have separate tables, fewest first', () => {
  const trials = [4, 1].map((cpus) => ({ ...trial(), cpus }));
  const { tables, failures } = summarize(result({ trials, failures: [failure({ cpus: 4 })] }));
  expect(tables.map(({ title }) => title)).toEqual([
    'TCP: echo, request-response, 64 B, server on 1 CPU',
    'TCP: echo, request-response, 64 B, server on 4 CPUs',
  ]);
  expect(tables[1]?.groups[0]?.rows.map(([name]) => name?.text)).toEqual(['event-driven', 'cluster']);
  expect(failures[0]?.where).toBe('cluster, tcp, 4 CPUs, 16 connections, round 1');
});
