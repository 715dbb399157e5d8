import { describe, expect, test } from 'vitest';
import { commandLine } from './in-process.ts';

describe('scale refuses with 2', () => {
  test.each([
    ['no server', [], ["specify what to measure: --models NAME,NAME or --exec 'CMD {port}'"]],
    [
      'a single level, a rate, and more CPUs than the machine has',
      ['--models', 'async', '-c', '8', '-R', '5', '--cpus', '1,8000'],
      ['--rate: scale applies full load', '--connections: a sweep needs several levels', '--cpus: 8000 is more than'],
    ],
    [
      'zero CPUs, and rounds that are not a number',
      ['--models', 'async,event-driven', '--cpus', '0', '-r', 'often'],
      ["--rounds: 'often' is neither a whole number nor auto", 'cpus: 0 is not a whole number from 1'],
    ],
    [
      'a budget with a fixed number of rounds',
      ['--models', 'async,event-driven', '--budget', '5m'],
      ['--budget: has no effect with a fixed number of rounds: use --rounds auto'],
    ],
    [
      'automatic rounds with one server',
      ['--models', 'async', '-r', 'auto'],
      ['rounds: auto continues until servers are distinguished'],
    ],
  ])('%s', async (_, args, expected) => {
    const { code, stdout, stderr } = await commandLine('scale', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = stderr.trimEnd().split('\n').slice(0, -1);
    expect(lines).toEqual(expected.map((fault) => expect.stringContaining(fault)));
  });
});
