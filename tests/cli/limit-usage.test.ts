import { describe, expect, test } from 'vitest';
import { limitCommandLine } from './in-process.ts';

describe('wrong usage ends with 2 and is explained on stderr only:', () => {
  test.each([
    ['an unknown row', ['--rows', 'tcp50,tpc500'], ["sockbench: unknown row 'tpc500'; did you mean 'tcp500'?"]],
    ['an unknown flag', ['--row', 'tcp50'], ['sockbench: unknown flag --row; did you mean --rows?']],
    ['a stray argument', ['tcp50'], ["sockbench: unexpected argument 'tcp50'"]],
    [
      'several at once',
      ['--pairs', '0', '--seconds', 'long', '--seed', '-1', '--json'],
      [
        'sockbench: --pairs: 0 is not a whole number from 1 to 1000',
        "sockbench: --seconds: 'long' is not a number of seconds from 0.1 to 60",
        "sockbench: --seed: '-1' is not a whole number",
        'sockbench: --json needs a value',
      ],
    ],
  ])('%s', async (_, args, faults) => {
    const { code, stdout, stderr } = await limitCommandLine(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([...faults, "Try 'npm run bench:limit -- --help'."]);
  });
});
