import { expect, test } from 'vitest';
import type { CheckPlan } from '../../bench/check/plan.ts';
import { burningServer, holdCheck, planFor, type RealCheck, realPlan } from '../../bench/verify/real-servers.ts';
import { renderRealChecks } from '../../reports/renderers/real-checks.ts';

const program = "/somewhere/it's/sockbench.js";

test('the changed server burns a share more of all that a request takes', () => {
  const { a, b } = realPlan({} as CheckPlan, '/x.js', 50, 0.2);
  expect(a.command).toMatch(/ serve --model event-driven --port \{port\} --work cpu:20us$/);
  expect(b.command).toMatch(/ --work cpu:30us$/);
  expect(realPlan({} as CheckPlan, '/x.js', 50, 0).b.command).toBe(a.command);
});

test('a path is the shell’s, whatever is in it', () => {
  expect(burningServer(program, 'a', 20).command).toContain(`'/somewhere/it'\\''s/sockbench.js'`);
});

test('a server that fails ends its check, and no other', async () => {
  const held = await holdCheck(planFor(2, 1), '/nowhere/sockbench.js', 0.1, new AbortController().signal);
  expect(held).toMatchObject({ worseBy: 0.1, baseMicros: null, outcome: 'failed', metrics: [], sessions: 0 });
  expect(held.statement).toMatch(/^A \(original\): .*exited with code 1/);
});

test('what came of checks is counted by how much worse B was', () => {
  const held = (worseBy: number, outcome: RealCheck['outcome'], sessions: number): RealCheck => ({
    ...{ worseBy, baseMicros: 30, outcome, metrics: [], statement: '', sessions, seconds: sessions * 12 },
  });
  const text = renderRealChecks([held(0, 'pass', 10), held(0, 'inconclusive', 24), held(0.2, 'suspected', 10)], {
    color: false,
    width: 100,
  });
  expect(text.split('\n').map((line) => line.trim().split(/ {2,}/))).toMatchObject([
    ['CPU time of B', 'checks', 'pass', 'regressed', 'inconclusive', 'other', 'sessions', 'time to verdict'],
    ['the same', '2', '1', '0', '1', '0', '17', '3 min 24 s'],
    ['20 % more', '1', '0', '1', '0', '0', '10', '2 min'],
    [''],
  ]);
});
