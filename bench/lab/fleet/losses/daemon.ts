import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { processTree } from '../../../../sockets/os/process-tree.ts';

/** A program in the background, whose output is waited for. Call {@link end} whatever happens. */
export class Daemon {
  output = '';
  readonly #process: ChildProcess;
  readonly #printed = new EventEmitter().setMaxListeners(0);
  readonly #closed: Promise<number | null>;

  constructor(program: string, args: readonly string[]) {
    this.#process = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.#printed.emit('more');
      });
    }
    this.#closed = once(this.#process, 'close').then(([code]: (number | null)[]) => code ?? null);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Pids of its processes at this moment, its own first. */
  get tree(): number[] {
    return this.pid === undefined ? [] : processTree(this.pid);
  }

  /**
   * Resolves when its output matches, from a position on.
   * @throws {Error} when it ends first.
   */
  async waitFor(pattern: RegExp, from = 0): Promise<RegExpMatchArray> {
    for (let hasEnded = false; ; ) {
      const match = this.output.slice(from).match(pattern);
      if (match) return match;
      if (hasEnded) throw new Error(`ended and never printed ${pattern}:\n${this.output}`);
      const more = new Promise<boolean>((resolve) => this.#printed.once('more', () => resolve(false)));
      hasEnded = await Promise.race([more, this.#closed.then(() => true)]);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Resolves with its exit code when it has ended by itself or by a signal. */
  get ended(): Promise<number | null> {
    return this.#closed;
  }

  async end(): Promise<void> {
    this.#process.kill('SIGCONT');
    this.#process.kill('SIGKILL');
    await this.#closed;
  }
}
