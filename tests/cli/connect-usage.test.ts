import { describe, expect, test } from 'vitest';
import { commandLine } from './in-process.ts';

test.each(['http', 'https'])('connect refuses %s', async (scheme) => {
  const { code, stdout, stderr } = await commandLine('connect', `${scheme}://127.0.0.1:1/page`);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(
    `connect does not speak ${scheme}, which is no conversation in lines: use tcp, udp, tls, ws`,
  );
});

describe('several targets', () => {
  test('are refused without a terminal, along with all other faults', async () => {
    const { code, stdout, stderr } = await commandLine(
      'connect',
      'tcp://127.0.0.1:1',
      'tcp://127.0.0.1',
      '--timeout',
      '0s',
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('2 targets, and no terminal to ask on: choose one with --pick 1 to 2');
    expect(stderr).toContain("'tcp://127.0.0.1' is not a target, such as");
    expect(stderr).toContain('--timeout must be above zero');
  });

  test('are required: an empty list is refused', async () => {
    expect(await commandLine('connect')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no target given'),
    });
  });
});
