import { describe, expect, test } from 'vitest';
import { commandLine } from './in-process.ts';

const echo = 'exec node tests/bench/foreign-server.mjs {port} echo';

describe('a check', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['without programs', [], ["specify what to compare: -a 'CMD {port}' is missing", "-b 'CMD {port}' is missing"]],
    ['without a port', ['-a', 'x', '-b', 'y {port}'], ["-a: 'x' has no {port}"]],
    ['with too few sessions', ['--a', echo, '--b', echo, '--max-sessions', '9'], ['the first is after 10 sessions']],
    ['with an unknown metric', ['--a', echo, '--b', echo, '--gate', 'p95'], ["unknown metric 'p95'"]],
    ['with swapped margins', ['--a', echo, '--b', echo, '--gate', 'cpu=5%/1%'], ['is not above the tolerated one']],
    [
      'with both kinds of baseline',
      ['--baseline-ref', 'HEAD', '--a', echo],
      ["-a can't be combined with --baseline-ref", '--exec'],
    ],
    [
      'with CPUs that do not exist',
      ['--a', echo, '--b', echo, '--load-cpus', '999,2000'],
      ['load-cpus: this process may not use CPU 999,2000'],
    ],
    [
      'with more connections than open files',
      ['--a', echo, '--b', echo, '-c', '900000'],
      ['2 times at once', 'ulimit -Hn'],
    ],
    [
      'over a transport that its command does not receive',
      ['--a', echo, '--b', echo, '--transport', 'tls'],
      ['its command has no {transport}'],
    ],
    [
      'with reports that it does not have',
      ['--a', echo, '--b', echo, '--out', 'hlog=a.hlog,csv=a.csv,bencher=a.json'],
      ['--out hlog: a check stores no histograms: use csv', '--out bencher: it follows values from commit to commit'],
    ],
    ['with a build and no baseline', ['--a', echo, '--b', echo, '--build', 'make'], ['--build needs --baseline-ref']],
  ])('%s is refused with 2', async (_, args, faults) => {
    const { code, stderr, stdout } = await commandLine('check', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const fault of faults) expect(stderr).toContain(fault);
  });

  test('against an unknown commit is refused with 2', async () => {
    const { code, stderr } = await commandLine('check', '--baseline-ref', 'no-such-commit', '--exec', echo);
    expect(code).toBe(2);
    expect(stderr).toContain('baseline-ref: git rev-parse');
  });
});

test.each([
  ['--out-dir', '/dev/null/results', '--out-dir'],
  ['--json', '/dev/null/results', '--json'],
  ['--out', 'json=/dev/null/results', '--out json'],
  ['--out', 'terminal=docs', '--out terminal'],
])('check refuses a path for results (%s %s) that cannot be written with 2', async (flag, place, what) => {
  const { code, stdout, stderr } = await commandLine('check', '--a', echo, '--b', echo, flag, place);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`${what}: can't be written`);
});

test('check refuses reports that cannot be written before it checks out a commit', async () => {
  const { code, stderr } = await commandLine(
    ...['check', '--baseline-ref', 'no-such-commit', '--exec', echo, '--out', 'json=docs'],
  );
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining("--out json: can't be written: EISDIR"),
  });
});
