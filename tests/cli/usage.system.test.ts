import { expect, test } from 'vitest';
import { Program, sockbench } from './program.ts';

/** usage.test.ts and its neighbours test all kinds of faults in process. This tests the end of the real program. */
test('sockbench ends with 2 after wrong usage, explained on stderr only', async () => {
  const { code, stdout, stderr } = await new Program(['list', '--jsno']).end();
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe(
    "sockbench: unknown flag --jsno; did you mean --json?\nTry 'sockbench --help', or --help after a command.\n",
  );
});

test.each(['lab/limit', 'lab/verify-stats', 'lab/verify-real'])(
  '%s ends with 2 after wrong usage, too',
  async (script) => {
    const { code, stdout, stderr } = await new Program(['--no-such-flag'], { script }).end();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('unknown flag --no-such-flag');
  },
);

test('help and version are printed to stdout, and end with 0', async () => {
  expect(await new Program(['--version']).end()).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  expect(await sockbench('run', '--help')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Examples:'),
    stderr: '',
  });
});
