import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { killChild } from '../../../servers/spawning/kill-child.ts';
import { howProcessEnded } from '../../../servers/spawning/worker-watch.ts';
import { onCpus } from '../../../sockets/os/cpu.ts';
import { packageRoot } from '../../model/package.ts';
import type { SecondOpinion } from '../../model/second-opinion.ts';
import type { AutocannonLoad } from './autocannon-load.ts';

/** Time that autocannon may need besides its load, to start and to end. */
const SPARE_MS = 30_000;
const STDERR_LINES = 20;

/** autocannon did not measure: its process ended first, or took too long. */
export class AutocannonError extends Error {
  override readonly name = 'AutocannonError';
  /** Its last lines on stderr, oldest first. */
  readonly stderr: readonly string[];

  constructor(message: string, stderr: readonly string[]) {
    super(message);
    this.stderr = stderr;
  }
}

/** autocannon in a process of its own, which puts one load on a server. */
export class AutocannonProcess {
  /** Rejects with an {@link AutocannonError}. */
  readonly opinion: Promise<SecondOpinion>;
  readonly #process: ChildProcess;
  readonly #ended: Promise<string>;
  #stderr = '';

  /** @param cpus CPUs to run on; empty: the kernel chooses. */
  constructor(load: AutocannonLoad, cpus: readonly number[]) {
    const program = fileURLToPath(new URL('dist/bench/run/second-opinion/autocannon-main.js', packageRoot()));
    this.#process = onCpus(cpus, () =>
      spawn(process.execPath, [program], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        // A request's body is bytes.
        serialization: 'advanced',
      }),
    );
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#ended = new Promise((resolve) => {
      this.#process.once('error', ({ message }) => resolve(`could not be started: ${message}`));
      this.#process.once('close', (code, signal) => resolve(howProcessEnded(code, signal)));
    });
    this.opinion = this.#measure(load);
    // Callers that stop it first do not wait for it.
    this.opinion.catch(() => undefined);
  }

  /** The pid; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Ends the process if it still runs, and resolves when it has ended. Never rejects. */
  async stop(): Promise<void> {
    killChild(this.#process, 'SIGKILL');
    await this.#ended;
  }

  async #measure(load: AutocannonLoad): Promise<SecondOpinion> {
    const limitMs = load.warmupMs + load.durationMs + SPARE_MS;
    const over = new AbortController();
    const measured = new Promise<SecondOpinion>((resolve) => this.#process.once('message', resolve));
    const ended = this.#ended.then((how): never => this.#fail(how));
    const late = sleep(limitMs, undefined, { signal: over.signal, ref: false }).then((): never =>
      this.#fail(`took longer than ${limitMs / 1000} s`),
    );
    // Sending fails only when the process has ended.
    if (this.#process.connected) this.#process.send(load, () => undefined);
    try {
      return await Promise.race([measured, ended, late]);
    } finally {
      over.abort();
    }
  }

  #fail(what: string): never {
    const lines = this.#stderr.split('\n').filter((line) => line !== '');
    throw new AutocannonError(`autocannon ${what}`, lines.slice(-STDERR_LINES));
  }
}
