import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a child process is given: which exported function of which module to run, and with what. */
export interface ProcessTask {
  /** URL of the module; a lean one, as every process loads it anew. */
  readonly module: string;
  /** Name of the exported function; called with `input`, may block for ever. */
  readonly run: string;
  /** Plain data: crosses as JSON. */
  readonly input: unknown;
}

/** The descriptor under which a child process finds the socket it was given. */
export const INHERITED_FD = 3;

/**
 * Starts a child process that runs one exported function with the socket `fd` as {@link INHERITED_FD}, and ends when
 * that returns. It never outlives this process. To be called in the main thread: the child's life hangs on the thread
 * that started it (prctl(2), PR_SET_PDEATHSIG). The caller keeps its own copy of `fd`.
 */
export function startProcess(task: ProcessTask, fd: number): ChildProcess {
  const program = fileURLToPath(new URL('./process-main.js', import.meta.url));
  const argument = JSON.stringify({ ...task, parentPid: process.pid });
  return spawn(process.execPath, [program, argument], { stdio: ['ignore', 'ignore', 'inherit', fd] });
}
