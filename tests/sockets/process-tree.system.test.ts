import { type ChildProcess, spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { hasUnreapedChild, processTree } from '../../sockets/os/process-tree.ts';
import { until } from '../servers/until.ts';

/** Starts a process that has a child and never waits for it: `exec` replaces the shell that started the child. */
function parentOf(child: string): ChildProcess & { readonly pid: number } {
  const parent = spawn('sh', ['-c', `${child} & exec sleep 60`], { stdio: 'ignore', detached: true });
  const { pid } = parent;
  if (pid === undefined) throw new Error('sh did not start');
  onTestFinished(() => void process.kill(-pid, 'SIGKILL'));
  return Object.assign(parent, { pid });
}

test('a child that has ended counts as unreaped until it is waited for, and a running child does not', async () => {
  const { pid } = parentOf('true');
  await until('a zombie', () => hasUnreapedChild(pid));
  const { pid: busy } = parentOf('sleep 60');
  await until('the child', () => processTree(busy).length === 2);
  expect(hasUnreapedChild(busy)).toBe(false);
  expect(hasUnreapedChild(process.pid)).toBe(false);
});
