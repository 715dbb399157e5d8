import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { killChild } from '../../servers/spawning/kill-child.ts';
import { serverEnvironment } from '../../servers/spawning/server-environment.ts';
import { howProcessEnded } from '../../servers/spawning/worker-watch.ts';
import { onCpus } from '../../sockets/os/cpu.ts';
import { processTree } from '../../sockets/os/process-tree.ts';
import { TargetError } from '../model/errors.ts';

/** A server must stop within 2 s; after this limit it is killed. */
const STOP_LIMIT_MS = 2_500;
const STDERR_LINES = 20;
/** A shell reports a child that signal N killed with the exit code 128 + N. */
const SIGNAL_CODES = 128;

/** A Node program that runs a server, from its start until it has certainly ended. */
export class ServerProcess {
  /** Has an IPC channel, through which it notices when this process ends. */
  readonly child: ChildProcess;
  /** Rejects with a {@link TargetError} when the program ends or {@link fail} is called. Never resolves. */
  readonly died: Promise<never>;
  /** Rejects {@link died} while the program still runs, because it is no longer what was to be measured. */
  readonly fail: (what: string) => void;
  readonly #name: string;
  readonly #ended: Promise<string>;
  /** The last lines that the program wrote on stderr. */
  readonly #stderr: string[] = [];

  /**
   * Starts `node PROGRAM SPEC`.
   * @param name name of the server in errors.
   * @param spec plain data, passed to the program as JSON.
   * @param cpus CPUs to run on; empty: the kernel chooses.
   */
  constructor(name: string, program: URL, spec: object, cpus: readonly number[]) {
    this.#name = name;
    this.child = onCpus(cpus, () =>
      spawn(process.execPath, [fileURLToPath(program), JSON.stringify(spec)], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        env: serverEnvironment(),
      }),
    );
    this.#keepLastLines();
    this.#ended = new Promise<string>((resolve) => {
      this.child.once('error', (error) => resolve(error.message));
      this.child.once('close', (code, signal) => resolve(howItEnded(code, signal)));
    });
    const { promise, reject } = withReject();
    this.died = promise;
    this.fail = (what) => reject(this.failure(what));
    void this.#ended.then(this.fail);
  }

  /** Returns the pids of the program and its descendants at this moment; empty when it has ended. */
  tree(): number[] {
    return this.child.pid === undefined ? [] : processTree(this.child.pid);
  }

  /** Returns an error with the program's last lines on stderr, including those that are still to be read. */
  failure(what: string): TargetError {
    return new TargetError(`server ${this.#name} ${what}`, this.#stderr);
  }

  /**
   * Waits until the server is ready, and stops it when that fails.
   * @param ready gives up when its signal is aborted.
   * @param fault text of the error for a server that takes too long.
   * @throws {TargetError} when the server ends first, or after `limitMs`; the reason of `signal` when that is aborted;
   * what `ready` rejects with.
   */
  async until<T>(
    ready: (over: AbortSignal) => Promise<T>,
    limitMs: number,
    signal: AbortSignal,
    fault = 'was not ready',
  ): Promise<T> {
    const over = new AbortController();
    const late = sleep(limitMs, undefined, { signal: over.signal, ref: false }).then((): never => {
      throw this.failure(`${fault} after ${limitMs / 1000} s`);
    });
    const aborted = once(signal, 'abort', { signal: over.signal }).then((): never => {
      throw signal.reason;
    });
    try {
      signal.throwIfAborted();
      return await Promise.race([ready(over.signal), this.died, late, aborted]);
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      over.abort();
    }
  }

  /** Stops the program, by force if necessary, and resolves when it has ended. Never rejects. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    killChild(child, 'SIGTERM');
    const timer = setTimeout(() => {
      for (const pid of this.tree()) kill(pid);
      // On systems other than Linux, the process tree is not known.
      killChild(child, 'SIGKILL');
    }, STOP_LIMIT_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #keepLastLines(): void {
    const lines = this.#stderr;
    let partial = '';
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (partial + text).split('\n');
      partial = (parts.pop() ?? '').slice(-2000);
      lines.push(...parts.map((line) => line.slice(0, 2000)));
      lines.splice(0, Math.max(0, lines.length - STDERR_LINES));
    });
  }
}

/** Returns a promise that only rejects, and needs no handler. */
function withReject(): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_, fail) => {
    reject = fail;
  });
  promise.catch(() => undefined);
  return { promise, reject };
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  const name = signal ?? signalNumbered((code ?? 0) - SIGNAL_CODES);
  return howProcessEnded(code, name ?? null);
}

function signalNumbered(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, each]) => each === number)?.[0];
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has already ended.
  }
}
