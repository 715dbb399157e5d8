import { expect, test } from 'vitest';
import { operatingPoint } from '../../bench/model/operating-point.ts';
import type { Progress } from '../../bench/run/observer.ts';
import { ProgressDisplay } from '../../scripts/session/progress.ts';
import { checkResult } from '../reports/checks.ts';
import { failure, result, trial } from '../reports/results.ts';
import { uploadBench } from '../reports/runs.ts';

class Screen {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(isTTY: boolean, columns = 60) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }
}

const measuring: Progress = {
  trial: {
    target: { kind: 'model', model: 'async' },
    ...operatingPoint({ connections: 16 }),
    round: 1,
  },
  done: 3,
  total: 96,
  phase: 'measuring',
  requestsPerSecond: 98_412,
  p99Micros: 1234,
  errors: 2,
  remainingSeconds: 75,
};

function show(isTTY: boolean, quiet: boolean, use: (display: ProgressDisplay) => void): string {
  const screen = new Screen(isTTY);
  use(new ProgressDisplay(screen, quiet));
  return screen.text;
}

test('a log has one line for each finished trial, and none for progress', () => {
  const text = show(false, false, (display) => {
    display.progress(measuring);
    display.saved(result({ trials: [trial()] }));
    display.progress(measuring);
    display.saved(result({ trials: [trial()], failures: [failure({ message: 'no\u001b[31mport' })] }));
    display.saved(result({ trials: [trial()], failures: [failure()], finishedAt: null }));
    display.finish();
  });
  expect(text.split('\n')).toEqual([
    '[1/96] event-driven, tcp, 16 connections, round 1: 10.0k req/s, p99 2.00 ms, 0 errors',
    '[2/96] cluster, tcp, 16 connections, round 1: failed: noport',
    '',
  ]);
});

test('a one-way trial is logged in bytes, without response times', () => {
  const [upload] = uploadBench().trials;
  const text = show(false, false, (display) => display.saved(result({ trials: upload ? [upload] : [] })));
  expect(text).toBe('[1] async, tcp, 1 connection, round 1: 850 MB/s, 0 errors\n');
});

test('a terminal has one line, rewritten, truncated to its width and erased at the end', () => {
  const text = show(true, false, (display) => {
    display.progress(measuring);
    display.saved(result());
    display.finish();
    display.finish();
  });
  const [, line = '', ...rest] = text.split('\r\u001b[K');
  expect(line).toBe('[4/96, 1 min 15 s left] async, tcp × 16, measuring: 98.4k …');
  expect(line).toHaveLength(59);
  expect(rest).toEqual(['']);
});

test.each([
  ['a log has one line for each step of a check', false, 'pilot\ncheck: session 1\n'],
  ['a terminal has one line, rewritten, for a check', true, '\r\u001b[Kpilot\r\u001b[Kcheck: session 1\r\u001b[K'],
])('%s', (_, isTTY, expected) => {
  const text = show(isTTY, false, (display) => {
    display.doing('pilot');
    display.saved(checkResult());
    display.doing('check: session 1');
    display.finish();
  });
  expect(text).toBe(expected);
});

test('a terminal with zero columns is treated as 80 columns wide', () => {
  const screen = new Screen(true, 0);
  new ProgressDisplay(screen, false).progress(measuring);
  expect(screen.text).toMatch(/98\.4k req\/s, p99 1\.23 ms, …$/);
});

test('a quiet run prints nothing', () => {
  for (const isTTY of [true, false]) {
    const text = show(isTTY, true, (display) => {
      display.progress(measuring);
      display.doing('pilot');
      display.saved(result());
      display.finish();
    });
    expect(text).toBe('');
  }
});
