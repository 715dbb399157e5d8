import { readFileSync } from 'node:fs';
import { openPidfd, pidfdExitStatus } from '../../sockets/os/pidfd.ts';
import { hasEnded, startTime, zombieExitStatus } from '../../sockets/os/process-tree.ts';
import { close } from '../../sockets/socket.ts';
import type { ProcessEnd } from './process-ends.ts';

/** Longest command line in a message. */
const COMMAND_LENGTH = 80;

interface Watched {
  readonly pid: number;
  readonly startTime: string;
  /** Negative when there is no pidfd. */
  readonly pidfd: number;
  command: string;
  isLasting: boolean;
}

/**
 * Watches processes that this process did not start, and finds out how they ended. The watched processes do not notice,
 * and nothing happens between two calls.
 */
export class WatchedProcesses {
  /** By pid and start time, because the kernel may reuse a pid. */
  readonly #watched = new Map<string, Watched>();

  /** Watches all of these processes from now on. @param areLasting whether they should last as long as the server. */
  add(pids: readonly number[], areLasting: boolean): void {
    for (const pid of pids) {
      const start = startTime(pid);
      if (start === undefined || hasEnded(pid)) continue;
      const key = `${pid} ${start}`;
      const known = this.#watched.get(key) ?? newlyWatched(pid, start);
      // It may have executed another program since. A process that is ending has no command line any more.
      const command = commandOf(pid) || known.command;
      this.#watched.set(key, { ...known, command, isLasting: known.isLasting || areLasting });
    }
  }

  /** Returns the processes that have ended since they were added. */
  ended(): ProcessEnd[] {
    const ends: ProcessEnd[] = [];
    for (const { pid, pidfd, isLasting, command, ...since } of this.#watched.values()) {
      const isSame = startTime(pid) === since.startTime;
      if (isSame && !hasEnded(pid)) continue;
      // In this order: a process is first a zombie, and its pidfd has the status only after it was waited for.
      const status = (isSame ? zombieExitStatus(pid) : undefined) ?? pidfdExitStatus(pidfd);
      ends.push({ pid, command, isLasting, status });
    }
    return ends;
  }

  /** Stops watching, and closes the descriptors. */
  forget(): void {
    for (const { pidfd } of this.#watched.values()) if (pidfd >= 0) close(pidfd);
    this.#watched.clear();
  }
}

function newlyWatched(pid: number, startTime: string): Watched {
  return { pid, startTime, pidfd: openPidfd(pid), command: '', isLasting: false };
}

/** Removes the middle of a long command line: its program and last arguments distinguish a process from others. */
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
