import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const program = fileURLToPath(new URL('./built-program.mjs', import.meta.url));

/** Exit code and output of a program. */
export interface Outcome {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Idle processes that can run a command line. They end with this process, when their IPC channel closes. */
const idle: ChildProcess[] = [];

/**
 * Runs a command line of the built program to its end, in a process that may have run others before: starting the
 * program takes several times the CPU time of a short trial. Starts, signals and ends are tested with Program.
 * @param cwd working directory. Default: that of this process.
 */
export async function runBuilt(args: readonly string[], cwd = process.cwd()): Promise<Outcome> {
  const child = idle.pop() ?? start();
  let outcome: Outcome | undefined;
  onTestFinished(() => {
    if (outcome === undefined) child.kill('SIGKILL');
  });
  child.send({ args, cwd });
  outcome = await answerOf(child);
  idle.push(child);
  return outcome;
}

function start(): ChildProcess {
  return fork(program, { execArgv: [], env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined } });
}

async function answerOf(child: ChildProcess): Promise<Outcome> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, 'exit', { signal }).then(([code, killer]) => {
    throw new Error(`the built program ended with ${killer ?? code}`);
  });
  try {
    const [outcome] = await Promise.race([once(child, 'message', { signal }), ended]);
    return outcome as Outcome;
  } finally {
    ended.catch(() => undefined);
    over.abort();
  }
}
