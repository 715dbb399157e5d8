import { expect, test } from 'vitest';
import type { Trial } from '../../bench/model/trial.ts';
import { renderTerminal } from '../../reports/renderers/terminal.ts';
import { repliesTable } from '../../reports/tables/details/replies.ts';
import { summarize } from '../../reports/tables/summary.ts';
import { result, trial } from './results.ts';

const rowsOf = (...trials: Trial[]) =>
  repliesTable(trials)?.groups.flatMap(({ rows }) => rows.map((row) => row.map(({ text }) => text)));

test('replies are counted by status over all rounds, in ascending order', () => {
  const rounds = [{ 503: 2, 200: 4000 }, { 200: 1000 }].map((statuses) => ({ ...trial(), statuses }));
  expect(rowsOf(...rounds)).toEqual([
    ['status 200', '5.00k'],
    ['status 503', '2'],
  ]);
  expect(repliesTable(rounds)?.title).toBe('Replies, sums of 2 rounds');
});

test('bad replies are shown with the first of them', () => {
  const corruption = { fault: 'the body differs from the expected one', example: 'Hi\\r\\n' };
  const one = { ...trial({ requests: { errors: 3, refusals: 3 } }), examples: { refusal: '-ERR no' } };
  const two = {
    ...trial({ requests: { corrupted: 2, errors: 1, refusals: 1 } }),
    examples: { refusal: 'later', corruption },
  };
  expect(rowsOf(one, two)).toEqual([
    ['refused', '4', '-ERR no'],
    ['corrupted', '2', 'the body differs from the expected one: Hi\\r\\n'],
  ]);
});

test('without statuses and bad replies, there is no table', () => expect(rowsOf(trial())).toBeUndefined());

test('a result of run contains the table, and a narrow page cuts the example', () => {
  const plan = { ...result().plan, command: 'run' };
  const long = { ...trial({ requests: { errors: 1, refusals: 1 } }), examples: { refusal: 'x'.repeat(120) } };
  const measured = result({ plan, trials: [long] });
  expect(summarize(measured).details.map(({ title }) => title)).toContain('Replies');
  const lines = renderTerminal(measured, { color: false, width: 80 }).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});
