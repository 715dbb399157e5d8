import { readFileSync } from 'node:fs';
import { openPidfd, pidfdExitStatus } from '../../sockets/pidfd.ts';
import { hasEnded, startTime, zombieExitStatus } from '../../sockets/process-tree.ts';
import { close } from '../../sockets/socket.ts';
import type { ProcessEnd } from './process-ends.ts';

/** Of a command line, what a message has room for. */
const COMMAND_LENGTH = 80;

interface Watched {
  readonly pid: number;
  readonly startTime: string;
  /** Negative where there is none. */
  readonly pidfd: number;
  command: string;
  isLasting: boolean;
}

/**
 * Processes that this one did not start itself, and how they end. Nothing is asked of the kernel between two calls, and no
 * process notices.
 */
export class WatchedProcesses {
  /** By pid and start: another process may have the same pid later. */
  readonly #watched = new Map<string, Watched>();

  /**
   * Watches all of these from now on.
   * @param areLasting are they to last as long as the server?
   */
  add(pids: readonly number[], areLasting: boolean): void {
    for (const pid of pids) {
      const start = startTime(pid);
      if (start === undefined || hasEnded(pid)) continue;
      const key = `${pid} ${start}`;
      const known = this.#watched.get(key) ?? { pid, startTime: start, pidfd: openPidfd(pid), isLasting: false };
      // It may execute another program than before.
      this.#watched.set(key, { ...known, command: commandOf(pid), isLasting: known.isLasting || areLasting });
    }
  }

  /** Those that have ended since they were added. */
  ended(): ProcessEnd[] {
    const ends: ProcessEnd[] = [];
    for (const { pid, pidfd, isLasting, command, ...since } of this.#watched.values()) {
      const isSame = startTime(pid) === since.startTime;
      if (isSame && !hasEnded(pid)) continue;
      // In this order: it is a zombie first, and its pidfd knows when it has been waited for.
      const status = (isSame ? zombieExitStatus(pid) : undefined) ?? pidfdExitStatus(pidfd);
      ends.push({ pid, command, isLasting, status });
    }
    return ends;
  }

  /** Watches none of them any more, and gives the descriptors back. */
  forget(): void {
    for (const { pidfd } of this.#watched.values()) if (pidfd >= 0) close(pidfd);
    this.#watched.clear();
  }
}

/** A long command line without its middle: its program and its last arguments tell one process from another. */
function shortened(words: string): string {
  if (words.length <= COMMAND_LENGTH) return words;
  return `${words.slice(0, COMMAND_LENGTH / 2)}…${words.slice(-COMMAND_LENGTH / 2)}`;
}

function commandOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return shortened(words);
  } catch {
    return '';
  }
}
