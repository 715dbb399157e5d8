import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isSame, keyOf, planFor, type RealCheck } from '../../bench/lab/verify/real-checks.ts';
import { NodeServer } from '../../bench/lab/verify/real-servers.ts';
import { readSavedChecks, saveCheck } from '../../reports/files/saved-checks.ts';
import { areAsWanted, renderRealChecks } from '../../reports/renderers/real-checks.ts';

const plan = planFor(20, 1, 300_000);
const folder = mkdtempSync(join(tmpdir(), 'sockbench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function held(worseBy: number, outcome: RealCheck['outcome'], sessions: number, number = 1): RealCheck {
  const key = keyOf(plan, 'c', worseBy, number);
  const how = { baseMicros: null, outcome, metrics: [], statement: '', sessions, seconds: sessions * 12 };
  return { ...key, ...how, pace: null, found: [] };
}

test('a path is quoted for the shell', () => {
  const { command } = new NodeServer("/somewhere/it's/sockbench.js").server('a', 20);
  expect(command).toContain(
    `'/somewhere/it'\\''s/sockbench.js' serve --model event-driven --port {port} --work cpu:20us`,
  );
});

describe('saved checks', () => {
  test('are read again, except for a truncated line', () => {
    const file = join(folder, 'cut/checks.jsonl');
    saveCheck(file, held(0, 'pass', 10));
    writeFileSync(file, '{"server":"c","worseBy":0.1,"outc', { flag: 'a' });
    expect(readSavedChecks(file)).toEqual([held(0, 'pass', 10)]);
    saveCheck(file, held(0.2, 'suspected', 14));
    expect(readSavedChecks(file)).toEqual([held(0, 'pass', 10), held(0.2, 'suspected', 14)]);
  });

  test('are empty without a file', () => expect(readSavedChecks(join(folder, 'nothing'))).toEqual([]));

  test('are equal when all relevant fields are equal', () => {
    const key = keyOf(plan, 'c', 0.1, 2);
    expect(isSame(held(0.1, 'pass', 10, 2), key)).toBe(true);
    for (const change of [{ server: 'node' }, { worseBy: 0 }, { number: 3 }, { connections: 1 }, { budgetMs: 1 }]) {
      expect(isSame({ ...key, ...change } as RealCheck, key)).toBe(false);
    }
  });
});

test('outcomes of checks are counted by server and by the slowdown of B', () => {
  const checks = [held(0, 'pass', 10), held(0, 'inconclusive', 24, 2), held(0.2, 'suspected', 10)];
  const text = renderRealChecks(checks, { color: false, width: 160 });
  const columns = [
    'checks',
    'pass',
    'regressed',
    'inconclusive',
    'other',
    'sessions',
    'time to verdict',
    'as required',
  ];
  expect(text.split('\n').map((line) => line.trim().split(/ {2,}/))).toMatchObject([
    ['server', 'CPU time of B', ...columns],
    ['C', 'the same', '2', '1', '0', '1', '0', '17', '3 min 24 s', 'no'],
    ['C', '20 % more', '1', '0', '1', '0', '0', '10', '2 min', 'yes'],
    [''],
  ]);
});

describe('the requirement', () => {
  const many = (worseBy: number, outcomes: Partial<Record<RealCheck['outcome'], number>>, sessions = 10) =>
    Object.entries(outcomes).flatMap(([outcome, count]) =>
      Array.from({ length: count }, () => held(worseBy, outcome as RealCheck['outcome'], sessions)),
    );
  test.each<[string, RealCheck[], boolean]>([
    ['is met when four of five checks of equal programs pass', many(0, { pass: 16, inconclusive: 4 }), true],
    ['is missed when fewer pass', many(0, { pass: 15, inconclusive: 5 }), false],
    ['is missed after one alarm', many(0, { pass: 19, suspected: 1 }), false],
    ['is missed after one invalid check', many(0, { pass: 19, invalid: 1 }), false],
    ['is missed when verdicts take longer than four minutes', many(0, { pass: 20 }, 21), false],
    ['is met when 10 % more is found in four of five', many(0.1, { suspected: 8, inconclusive: 2 }), true],
    ['is missed when 10 % more passes once', many(0.1, { suspected: 9, pass: 1 }), false],
    ['is met when 20 % more is always found', many(0.2, { suspected: 10 }), true],
    ['is missed when 20 % more is inconclusive once', many(0.2, { suspected: 9, inconclusive: 1 }), false],
  ])('%s', (_, checks, wanted) => expect(areAsWanted(checks)).toBe(wanted));
});
