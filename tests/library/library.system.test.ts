import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { SCHEMA } from '../../bench/model/result.ts';
import { scratchDirectory } from '../cli/program.ts';

const program = fileURLToPath(new URL('program.mjs', import.meta.url));

test('a program measures with the library', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { cwd: scratchDirectory() });
  expect(stderr).toBe('');
  const seen = JSON.parse(stdout);
  expect(seen).toEqual({
    // Nothing is written, and no signal is handled.
    ...{ filesBefore: [], filesAfter: [], listeners: [0, 0, 0, 0] },
    events: ['started', 'trial-started', 'phase', 'sample', 'trial-ended', 'ended'],
    first: { schema: SCHEMA, completed: expect.any(Number) },
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    taken: expect.stringMatching(/^TargetError: .*EADDRINUSE/),
    // Results and reports are where the options request them.
    second: { target: `${seen.url}/`, exitCode: 0, files: ['report.csv', 'results'] },
    ...{ isSaved: true, report: true },
    ...{ refused: 'ECONNREFUSED', gone: { exitCode: 4 } },
    ...{ cancelled: true, interrupted: true, again: 'AbortError' },
  });
  expect(seen.first.completed).toBeGreaterThan(0);
});
