import { describe, expect, onTestFinished, test } from 'vitest';
import { Child, type CommandLine } from '../../../bench/lab/limit/child.ts';
import { TargetError } from '../../../bench/model/errors.ts';
import { getAffinity } from '../../../sockets/os/cpu.ts';
import { isRunning, processTree } from '../../servers/process-tree.ts';
import { until } from '../../servers/until.ts';

const [cpu = 0] = getAffinity(0);

function start(...command: CommandLine): Child {
  const child = new Child('the tool', command, cpu);
  onTestFinished(() => child.stop());
  return child;
}

function shell(script: string): Child {
  return start('sh', '-c', script);
}

/** Returns the processes that this process has started. */
const children = () => processTree(process.pid).slice(1);

describe('a child', () => {
  test('that succeeds returns its output', async () => {
    expect(await shell('echo one; echo two').output(10_000)).toBe('one\ntwo\n');
  });

  test('runs on the given CPU', async () => {
    expect(await start('grep', 'Cpus_allowed_list', '/proc/self/status').output(10_000)).toMatch(
      new RegExp(`:\\s+${cpu}\\n`),
    );
  });

  test.each([
    ['a non-zero code', 'echo oops >&2; exit 3', 'the tool ended with 3', ['oops']],
    ['a signal', 'kill -TERM $$', 'the tool was ended by SIGTERM', ['']],
  ])('that ends with %s is an error that contains its stderr', async (_, script, message, stderr) => {
    const failure = await shell(script)
      .output(10_000)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TargetError);
    expect(failure).toMatchObject({ message, stderr });
  });

  test('that is not installed is an error', async () => {
    await expect(start('sockbench-no-such-tool').output(10_000)).rejects.toThrow(TargetError);
  });

  test('that exceeds its time limit is ended', async () => {
    const before = children().map(({ pid }) => pid);
    const child = start('sleep', '60');
    await until('it to run', () => children().some(({ pid }) => !before.includes(pid)));
    const mine = children().filter(({ pid }) => !before.includes(pid));
    await expect(child.output(50)).rejects.toThrow('the tool took longer than 0.05 s');
    expect(mine.filter(isRunning)).toEqual([]);
  });

  test('is ready when the condition is met', async () => {
    let asked = 0;
    await start('sleep', '60').until(() => ++asked === 3, 10_000);
    expect(asked).toBe(3);
  });

  test('that ends before it is ready is an error', async () => {
    await expect(shell('echo bind: in use >&2; exit 1').until(() => false, 10_000)).rejects.toMatchObject({
      message: 'the tool ended before it was ready',
    });
  });

  test('that never becomes ready is an error', async () => {
    await expect(start('sleep', '60').until(() => false, 50)).rejects.toThrow('the tool was not ready after 0.05 s');
  });
});
