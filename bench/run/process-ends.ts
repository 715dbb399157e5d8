import { constants } from 'node:os';
import { howProcessEnded } from '../../servers/spawning/worker-watch.ts';

/** A process of a server that ended while it was watched. */
export interface ProcessEnd {
  readonly pid: number;
  /** Its command line; a long one lacks its middle. */
  readonly command: string;
  /** Whether it should last as long as the server. Otherwise it may have served one client and ended with it. */
  readonly isLasting: boolean;
  /** Wait status as in wait(2); undefined when the kernel does not report it. */
  readonly status: number | undefined;
}

/** What the ends of processes mean, each as a clause. */
export interface JudgedEnds {
  /** Ends that are known to be failures. */
  readonly failed: readonly string[];
  /** Ends that may be failures. */
  readonly unknown: readonly string[];
}

/**
 * Distinguishes failures from ends that are normal for a server. A process has failed when a signal killed it, or when
 * it should last and exited with a code other than 0. With code 0, the server has replaced it. An end without a known
 * status matters only for a process that should last.
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

/** Decodes a wait status: WIFSIGNALED, WTERMSIG and WEXITSTATUS of wait(2). */
function decoded(status: number): { readonly code: number; readonly signal: string | null } {
  const number = status & 0x7f;
  const code = (status >> 8) & 0xff;
  if (number === 0) return { code, signal: null };
  const name = Object.entries(constants.signals).find(([, each]) => each === number)?.[0];
  return { code, signal: name ?? `signal ${number}` };
}
