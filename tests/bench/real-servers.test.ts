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

test('a path is the shell’s, whatever is in it', () => {
  const { command } = new NodeServer("/somewhere/it's/sockbench.js").server('a', 20);
  expect(command).toContain(
    `'/somewhere/it'\\''s/sockbench.js' serve --model event-driven --port {port} --work cpu:20us`,
  );
});

describe('checks that were saved', () => {
  test('are read again, but for a line that was cut off', () => {
    const file = join(folder, 'cut/checks.jsonl');
    saveCheck(file, held(0, 'pass', 10));
    writeFileSync(file, '{"server":"c","worseBy":0.1,"outc', { flag: 'a' });
    expect(readSavedChecks(file)).toEqual([held(0, 'pass', 10)]);
    saveCheck(file, held(0.2, 'suspected', 14));
    expect(readSavedChecks(file)).toEqual([held(0, 'pass', 10), held(0.2, 'suspected', 14)]);
  });

  test('of no file are none', () => expect(readSavedChecks(join(folder, 'nothing'))).toEqual([]));

  test('are the same when nothing that matters differs', () => {
    const key = keyOf(plan, 'c', 0.1, 2);
    expect(isSame(held(0.1, 'pass', 10, 2), key)).toBe(true);
    for (const change of [{ server: 'node' }, { worseBy: 0 }, { number: 3 }, { connections: 1 }, { budgetMs: 1 }]) {
      expect(isSame({ ...key, ...change } as RealCheck, key)).toBe(false);
    }
  });
});

test('what came of checks is counted by server, and by how much worse B was', () => {
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

describe('as wanted', () => {
  const many = (worseBy: number, outcomes: Partial<Record<RealCheck['outcome'], number>>, sessions = 10) =>
    Object.entries(outcomes).flatMap(([outcome, count]) =>
      Array.from({ length: count }, () => held(worseBy, outcome as RealCheck['outcome'], sessions)),
    );
  test.each<[string, RealCheck[], boolean]>([
    ['are equal programs of which four of five pass', many(0, { pass: 16, inconclusive: 4 }), true],
    ['not fewer', many(0, { pass: 15, inconclusive: 5 }), false],
    ['nor one alarm', many(0, { pass: 19, suspected: 1 }), false],
    ['nor an invalid one', many(0, { pass: 19, invalid: 1 }), false],
    ['nor later than in four minutes', many(0, { pass: 20 }, 21), false],
    ['is 10 % found in four of five', many(0.1, { suspected: 8, inconclusive: 2 }), true],
    ['not passed once', many(0.1, { suspected: 9, pass: 1 }), false],
    ['is 20 % found always', many(0.2, { suspected: 10 }), true],
    ['not left open once', many(0.2, { suspected: 9, inconclusive: 1 }), false],
  ])('%s', (_, checks, wanted) => expect(areAsWanted(checks)).toBe(wanted));
});
