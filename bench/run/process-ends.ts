import { constants } from 'node:os';
import { howProcessEnded } from '../../servers/worker-watch.ts';

/** A process of a server that ended while it was watched. */
export interface ProcessEnd {
  readonly pid: number;
  /** Its command line, or the beginning of it. */
  readonly command: string;
  /** Was it to last as long as the server? Otherwise it may have been a client's, and have ended with it. */
  readonly isLasting: boolean;
  /** As wait(2) gives it; undefined where the kernel does not tell. */
  readonly status: number | undefined;
}

/** What ends of processes mean, each as a clause. */
export interface JudgedEnds {
  /** Those that are known to be failures. */
  readonly failed: readonly string[];
  /** Those of which it is not known. */
  readonly unknown: readonly string[];
}

/**
 * Tells failures from ends that are a server's own business. A process that a signal killed has failed, and so has one that
 * was to last and exits with another code than 0; with 0, the server has replaced it. Where it is not known how a process
 * ended, that matters of one that was to last.
 */
export function judgeEnds(ends: readonly ProcessEnd[]): JudgedEnds {
  const failed: string[] = [];
  const unknown: string[] = [];
  for (const { pid, command, isLasting, status } of ends) {
    const name = `process ${pid} (${command})`;
    if (status === undefined) {
      if (isLasting) unknown.push(`${name} ended`);
      continue;
    }
    const { code, signal } = decoded(status);
    if (signal !== null || (isLasting && code !== 0)) failed.push(`${name} ${howProcessEnded(code, signal)}`);
  }
  return { failed, unknown };
}

/** WIFSIGNALED, WTERMSIG and WEXITSTATUS of wait(2). */
function decoded(status: number): { readonly code: number; readonly signal: string | null } {
  const number = status & 0x7f;
  const code = (status >> 8) & 0xff;
  if (number === 0) return { code, signal: null };
  const name = Object.entries(constants.signals).find(([, each]) => each === number)?.[0];
  return { code, signal: name ?? `signal ${number}` };
}
