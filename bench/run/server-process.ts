import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { howProcessEnded } from '../../servers/worker-watch.ts';
import { onCpus } from '../../sockets/cpu.ts';
import { processTree } from '../../sockets/process-tree.ts';
import { TargetError } from '../model/errors.ts';

/** A server promises to stop within 2 s. */
const STOP_LIMIT_MS = 2_500;
const STDERR_LINES = 20;
/** A shell tells of a child that signal N ended with the code 128 + N. */
const SIGNAL_CODES = 128;

/** A Node program that holds a server, from its start to its certain end. */
export class ServerProcess {
  /** With an IPC channel, which tells it when this process is gone. */
  readonly child: ChildProcess;
  /** Rejects with a {@link TargetError} when it ends, or {@link fail} is called; never resolves. */
  readonly died: Promise<never>;
  /** Has {@link died} reject: the server lives on, and yet is not what was to be measured. */
  readonly fail: (what: string) => void;
  readonly #name: string;
  readonly #ended: Promise<string>;
  /** The last lines that it wrote on stderr. */
  readonly #stderr: string[] = [];

  /**
   * Starts `node PROGRAM SPEC`.
   * @param name what the server is called in errors.
   * @param spec plain data, for the program as JSON.
   * @param cpus CPUs to run on; empty leaves that to the kernel.
   */
  constructor(name: string, program: URL, spec: object, cpus: readonly number[]) {
    this.#name = name;
    this.child = onCpus(cpus, () =>
      spawn(process.execPath, [fileURLToPath(program), JSON.stringify(spec)], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
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

  /** Its pid and those of its descendants at this moment; empty when it is gone. */
  tree(): number[] {
    return this.child.pid === undefined ? [] : processTree(this.child.pid);
  }

  /** What went wrong with it, with its last words, also those that are still to be read. */
  failure(what: string): TargetError {
    return new TargetError(`server ${this.#name} ${what}`, this.#stderr);
  }

  /**
   * Waits for the server to be ready, and stops it when that fails.
   * @param ready gives up when its signal is aborted.
   * @param fault what to say of the server when it takes too long.
   * @throws {TargetError} when the server ends before, or `limitMs` are over; the reason of `signal` when that is
   * aborted; what `ready` rejects with.
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

  /** Stops it, by force if need be, and resolves when it is gone. Never rejects. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => {
      for (const pid of this.tree()) kill(pid);
      // Elsewhere than on Linux it is all that is known of its tree.
      child.kill('SIGKILL');
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

/** A promise that only rejects, and is not missed when it does. */
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
    // It has ended already.
  }
}
