import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a program is run. */
export interface GroupOptions {
  /** Where it runs; here without it. */
  readonly directory?: string;
  /** It is ended after this time. */
  readonly limitMs?: number;
  /** Aborted: it is ended. */
  readonly signal?: AbortSignal;
}

/** What a program that ended came to. */
export interface GroupOutcome {
  /** How it ended, in words; null: well. */
  readonly fault: string | null;
  /** The first megabytes of what it wrote on each. */
  readonly stdout: string;
  readonly stderr: string;
}

/** What is kept of its output, in characters. */
const MOST_OUTPUT = 8 * 2 ** 20;
/** Between SIGTERM, which lets it tidy up, and SIGKILL. */
const GRACE_MS = 1000;
const POLL_MS = 10;

/**
 * Runs a program to its end in a process group of its own: Ctrl-C on the terminal does not reach it by itself, and when it
 * is ended early, so are all processes that it started, unless they left the group (setsid(2)).
 * @throws the reason of the signal when that is aborted, after the group has ended.
 */
export async function runInGroup(
  program: string,
  args: readonly string[],
  { directory, limitMs, signal }: GroupOptions = {},
): Promise<GroupOutcome> {
  signal?.throwIfAborted();
  const child = spawn(program, args, { cwd: directory, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (said[name].length < MOST_OUTPUT) said[name] += text;
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
      // Who left the group may hold them open for as long as it likes.
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
    return { fault: late ? `took longer than ${(limitMs ?? 0) / 1000} s` : fault, ...said };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** Asks all processes of a group to end, and ends those that have not after a while. Resolves when that is done. */
async function endGroup(leader: number | undefined): Promise<void> {
  if (leader === undefined) return;
  const deadline = performance.now() + GRACE_MS;
  for (let left = sendTo(leader, 'SIGTERM'); left && performance.now() < deadline; left = sendTo(leader, 0)) {
    await sleep(POLL_MS);
  }
  sendTo(leader, 'SIGKILL');
}

/** @returns is anybody left in the group? */
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
