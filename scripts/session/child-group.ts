import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Options of {@link runInGroup}. */
export interface GroupOptions {
  /** Working directory. Default: that of this process. */
  readonly directory?: string;
  /** Time after which the program is ended, in milliseconds. Default: no limit. */
  readonly limitMs?: number;
  /** Ends the program when aborted. */
  readonly signal?: AbortSignal;
}

/** How a program ended, and its output. */
export interface GroupOutcome {
  /** Why it failed, as a clause; null when it exited with code 0. */
  readonly fault: string | null;
  /** Output on each stream; beyond 8 Mi characters the rest is dropped. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Characters of output that are kept of each stream. */
const MAX_OUTPUT = 8 * 2 ** 20;
/** Time between SIGTERM, on which a program may clean up, and SIGKILL. */
const GRACE_MS = 1000;
const POLL_MS = 10;

/**
 * Runs a program to its end in its own session and process group. Ctrl-C on the terminal does not reach it. When it is
 * ended early, all processes that it started end too, unless they left the group (setsid(2)).
 * @throws the reason of `signal` when that is aborted, after the group has ended.
 */
export async function runInGroup(
  program: string,
  args: readonly string[],
  { directory, limitMs, signal }: GroupOptions = {},
): Promise<GroupOutcome> {
  signal?.throwIfAborted();
  const child = spawn(program, args, { cwd: directory, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (output[name].length < MAX_OUTPUT) output[name] += text;
    });
  }
  const end = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, name) => resolve(code === 0 ? null : howItEnded(code, name)));
  });
  let late = false;
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= endGroup(child.pid).then(() => {
      // A process that left the group may hold the pipes open, and 'close' would never come.
      child.stdout.destroy();
      child.stderr.destroy();
    });
  };
  const tooLate = () => {
    late = true;
    stop();
  };
  const timer = limitMs === undefined ? undefined : setTimeout(tooLate, limitMs);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const fault = await end;
    await stopped;
    signal?.throwIfAborted();
    return { fault: late ? `took longer than ${(limitMs ?? 0) / 1000} s` : fault, ...output };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** Sends SIGTERM to a process group, and SIGKILL to what is left of it after {@link GRACE_MS}. */
async function endGroup(leader: number | undefined): Promise<void> {
  if (leader === undefined) return;
  const deadline = performance.now() + GRACE_MS;
  for (let left = sendTo(leader, 'SIGTERM'); left && performance.now() < deadline; left = sendTo(leader, 0)) {
    await sleep(POLL_MS);
  }
  sendTo(leader, 'SIGKILL');
}

/** Sends a signal to a process group. @returns false when no process is left in it. */
function sendTo(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
}
