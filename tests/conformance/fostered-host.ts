import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { HostMessage, HostSpec } from '../../servers/spawning/host-messages.ts';
import { isAtRest, isRunning, processTree } from '../servers/process-tree.ts';
import { hostPath } from '../servers/server-process.ts';
import { soon } from '../servers/until.ts';

const program = fileURLToPath(new URL('../servers/grandparent.mjs', import.meta.url));

/** A server process whose parent is another process than this one, so that the parent can be killed. */
export class FosteredHost {
  readonly pid: number;
  readonly #parent: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(parent: ChildProcess, lines: AsyncIterator<string>, pid: number) {
    this.#parent = parent;
    this.#lines = lines;
    this.pid = pid;
  }

  /**
   * Starts the parent, and waits until it has started the host, long before that is ready. Both end when the test has
   * finished.
   */
  static async spawn(
    spec: Omit<HostSpec, 'parentPid'>,
    environment: Readonly<Record<string, string>>,
  ): Promise<FosteredHost> {
    const parent = spawn(process.execPath, [program, hostPath, JSON.stringify(spec)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
    const pid = Number((await soon('the host to be started', lines.next())).value);
    onTestFinished(() => {
      for (const each of processTree(pid)) if (isRunning(each)) process.kill(each.pid, 'SIGKILL');
    });
    return new FosteredHost(parent, lines, pid);
  }

  /** Returns the next message of the host. */
  async message(what: string): Promise<HostMessage> {
    return JSON.parse((await soon(what, this.#lines.next())).value) as HostMessage;
  }

  /** Reports whether the host and its parent wait: then all messages of the host have been passed on. */
  isAtRest(): boolean {
    return isAtRest(this.#parent.pid ?? 0);
  }

  killParent(): void {
    this.#parent.kill('SIGKILL');
  }
}
