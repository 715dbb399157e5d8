import { describe, expect, test } from 'vitest';
import { commandLine } from './in-process.ts';

const echo = 'exec node tests/bench/foreign-server.mjs {port} echo';

describe('a check that makes no sense', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['of nothing', [], ["say what to compare: --a 'CMD {port}' is missing", "--b 'CMD {port}' is missing"]],
    ['without a port', ['--a', 'x', '--b', 'y {port}'], ["--a: 'x' has no {port}"]],
    ['of too few sessions', ['--a', echo, '--b', echo, '--max-sessions', '9'], ['the first is after 10 sessions']],
    ['of an unknown metric', ['--a', echo, '--b', echo, '--gate', 'p95'], ["unknown metric 'p95'"]],
    ['with margins upside down', ['--a', echo, '--b', echo, '--gate', 'cpu=5%/1%'], ['is not above the tolerated one']],
    ['of both kinds', ['--baseline-ref', 'HEAD', '--a', echo], ['--a does not go with --baseline-ref', '--exec']],
    [
      'of CPUs that are not here',
      ['--a', echo, '--b', echo, '--load-cpus', '999,2000'],
      ['load-cpus: this process may not use CPU 999,2000'],
    ],
    ['of more connections than files', ['--a', echo, '--b', echo, '-c', '900000'], ['2 times at once', 'ulimit -Hn']],
    ['over what is not told', ['--a', echo, '--b', echo, '--transport', 'tls'], ['its command has no {transport}']],
    [
      'with a build and no baseline',
      ['--a', echo, '--b', echo, '--build', 'make'],
      ['--build goes with --baseline-ref'],
    ],
  ])('%s is refused with 2', async (_, args, faults) => {
    const { code, stderr, stdout } = await commandLine('check', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const fault of faults) expect(stderr).toContain(fault);
  });

  test('of a commit that there is not is refused with 2', async () => {
    const { code, stderr } = await commandLine('check', '--baseline-ref', 'no-such-commit', '--exec', echo);
    expect(code).toBe(2);
    expect(stderr).toContain('baseline-ref: git rev-parse');
  });
});

test.each(['--out-dir', '--json'])(
  'a place for results (%s) that can not be written is refused with 2',
  async (flag) => {
    const { code, stdout, stderr } = await commandLine('check', '--a', echo, '--b', echo, flag, '/dev/null/results');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${flag}: can't be written`);
  },
);
