import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ResultFileError } from '../../bench/model/errors.ts';
import type { Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { compareTargets } from '../../bench/run/comparison.ts';
import { stateVerdict } from '../../bench/run/verdict.ts';
import { readResult, readSaved } from '../../reports/files/reader.ts';
import { JOURNAL_FILE, ResultSink } from '../../reports/files/sink.ts';
import { checkResult } from './checks.ts';
import { failure, result, trial } from './results.ts';
import { sweep } from './sweeps.ts';

// Pure test files share loaded modules. Modules that contain a mock must not be shared, so they are reset.
vi.hoisted(() => void vi.resetModules());
afterAll(() => void vi.resetModules());

const disk = vi.hoisted(() => ({ full: false }));

// The real file system, except that the disk can be full: then only half of a line is written.
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    appendFileSync(file: string, data: Buffer) {
      fs.appendFileSync(file, disk.full ? data.subarray(0, data.length / 2) : data);
      if (disk.full) throw Object.assign(new Error('ENOSPC: no space left on device'), { syscall: 'write' });
    },
  };
});

let sink: ResultSink;
let journal: string;

beforeEach(() => {
  sink = new ResultSink(join(mkdtempSync(join(tmpdir(), 'sockbench-')), 'results'), new Date());
  journal = join(sink.directory, JOURNAL_FILE);
});

afterEach(() => {
  disk.full = false;
  rmSync(join(sink.directory, '..', '..'), { recursive: true });
});

/** A run before its first trial. */
const unfinished: Result = {
  ...result({ trials: [], finishedAt: null }),
  failures: [],
  comparison: {},
  verdict: { statements: [] },
};

/** Saves a run after each of its trials. @returns the last saved result. */
function go(trials: readonly Trial[]): Result {
  let known = unfinished;
  for (const next of trials) {
    known = { ...known, trials: [...known.trials, next] };
    sink.append(known);
  }
  return known;
}

describe('the journal of a killed run', () => {
  const trials = [1, 2, 3].map((round) => trial({ round }));

  test('contains all finished trials for every reader', () => {
    go(trials);
    for (const place of [sink.directory, journal, join(sink.directory, '..', 'latest')]) {
      const read = readResult(place);
      expect(read).toMatchObject({ trials, interrupted: true, finishedAt: null, plan: unfinished.plan });
      expect(read.warnings).toMatchObject([{ code: 'killed', message: expect.stringContaining('the 3 trials') }]);
    }
  });

  test('gives the comparison of its trials', () => {
    go(trials);
    const { comparison, verdict } = readResult(sink.directory);
    expect(comparison).toEqual(compareTargets(trials));
    expect(verdict).toEqual(stateVerdict(comparison));
    expect(Object.keys(comparison)).not.toEqual([]);
  });

  test('contains failures and changes of the plan', () => {
    const known = go(trials);
    sink.append({ ...known, failures: [failure()], plan: { ...known.plan, rounds: 9 } });
    expect(readResult(sink.directory)).toMatchObject({ failures: [failure()], plan: { rounds: 9 }, trials });
  });

  test('gives the scaling law of a sweep', () => {
    const whole = sweep();
    const { scaling: _, ...measured } = whole;
    sink.append({ ...measured, comparison: {}, finishedAt: null });
    expect(readResult(sink.directory)).toMatchObject({ scaling: whole.scaling, comparison: whole.comparison });
  });

  test('loses a line that was being written, with a warning', () => {
    go(trials);
    const whole = readFileSync(journal, 'utf8');
    writeFileSync(journal, whole.slice(0, -10));
    const { trials: read, warnings } = readResult(sink.directory);
    expect(read).toEqual(trials.slice(0, 2));
    expect(warnings[0]).toEqual({
      code: 'torn-line',
      message: `line 3 of ${journal} is incomplete and was ignored: it was being written when the run was killed`,
    });
  });

  test('contains nothing measured if its first line is truncated', () => {
    writeFileSync(journal, '{"set":{"schema"');
    expect(() => readResult(sink.directory)).toThrow('has no complete line: nothing was measured');
  });

  test.each(['not JSON', '{"add":{"trials":3}}', '{"drop":{}}', '[]'])(
    'is refused when another line is damaged: %s',
    (line) => {
      go(trials);
      appendFileSync(journal, `${line}\n`);
      expect(() => readResult(sink.directory)).toThrow(ResultFileError);
      expect(() => readResult(sink.directory)).toThrow('line 4, is damaged');
    },
  );

  test('is refused when a trial in it is invalid', () => {
    go(trials);
    appendFileSync(journal, '{"add":{"trials":[{"target":"x"}]}}\n');
    expect(() => readResult(sink.directory)).toThrow('trials.3.');
  });

  test('contains the sessions of a check, and restarts with the check', () => {
    const whole = checkResult();
    const [session] = whole.sessions;
    if (session === undefined) throw new Error('a check has sessions');
    sink.append({ ...whole, sessions: [] });
    sink.append({ ...whole, sessions: [session] });
    sink.append({ ...whole, sessions: [session, { ...session }] });
    expect(readSaved(sink.directory)).toMatchObject({ sessions: [session, session], interrupted: true });
    sink.append({ ...whole, sessions: [] });
    expect(readSaved(sink.directory)).toMatchObject({ sessions: [] });
  });
});

test('the document replaces the journal', () => {
  const known = go([trial()]);
  sink.save({ ...known, finishedAt: new Date().toISOString() });
  expect(existsSync(journal)).toBe(false);
  expect(readResult(sink.directory)).toMatchObject({ interrupted: false, warnings: [] });
});

test('a line that does not fit on the disk is removed, and saved with the next', () => {
  const known = go([trial()]);
  const more = { ...known, trials: [...known.trials, trial({ round: 2 })] };
  disk.full = true;
  expect(() => sink.append(more)).toThrow('ENOSPC');
  expect(readResult(sink.directory).trials).toHaveLength(1);
  disk.full = false;
  sink.append({ ...more, trials: [...more.trials, trial({ round: 3 })] });
  const { trials, warnings } = readResult(sink.directory);
  expect(trials.map(({ round }) => round)).toEqual([1, 2, 3]);
  expect(warnings.map(({ code }) => code)).toEqual(['killed']);
});

test('a line that violates the schema is not written', () => {
  go([trial()]);
  expect(() => go([{ ...trial(), round: 'first' as never }])).toThrow('round');
  expect(readResult(sink.directory).trials).toHaveLength(1);
});

test('saving a trial costs the same bytes and reads for any number of earlier trials', () => {
  let looks = 0;
  const watched = (round: number): Trial =>
    Object.defineProperty(trial({ round }), 'target', {
      enumerable: true,
      get: () => {
        looks++;
        return 'async';
      },
    });
  let known = unfinished;
  const costs = Array.from({ length: 300 }, (_, i) => {
    known = { ...known, trials: [...known.trials, watched(100 + i)] };
    const [bytes, before] = [existsSync(journal) ? statSync(journal).size : 0, looks];
    sink.append(known);
    return { bytes: statSync(journal).size - bytes, looks: looks - before };
  });
  // The first trial also writes the header of the run.
  const [, second, ...others] = costs;
  expect(second?.looks).toBeGreaterThan(0);
  for (const cost of others) expect(cost).toEqual(second);
});

test('a directory in which nothing was saved can be removed, and no other', () => {
  sink.append(unfinished);
  sink.removeIfEmpty();
  expect(existsSync(journal)).toBe(true);
  const empty = new ResultSink(join(sink.directory, '..'), new Date());
  empty.removeIfEmpty();
  empty.removeIfEmpty();
  expect(existsSync(empty.directory)).toBe(false);
});
