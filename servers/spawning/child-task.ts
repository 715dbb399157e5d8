import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serverEnvironment } from './server-environment.ts';
import type { Task } from './task.ts';

/** The descriptor under which a child process inherits its socket. */
export const INHERITED_FD = 3;

/**
 * Starts a child process that runs a task with the socket `fd` as {@link INHERITED_FD}, and ends when the task returns.
 * Its module should be small: every process loads it again. The child never outlives this process. Call it in the main thread: the child dies with the
 * thread that started it (prctl(2), PR_SET_PDEATHSIG). The caller keeps its own copy of `fd`.
 */
export function startProcess(task: Task, fd: number): ChildProcess {
  const program = fileURLToPath(new URL('./child-task-main.js', import.meta.url));
  const argument = JSON.stringify({ ...task, parentPid: process.pid });
  return spawn(process.execPath, [program, argument], {
    stdio: ['ignore', 'ignore', 'inherit', fd],
    env: serverEnvironment(),
  });
}
