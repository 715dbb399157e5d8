import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./held-start.cjs', import.meta.url));

/** Holds the threads and processes that a server starts, before their own code runs. */
export class HeldStarts implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sockbench-held-'));
  readonly #list = join(this.#folder, 'list');
  readonly #fifo = join(this.#folder, 'until');

  constructor() {
    writeFileSync(this.#list, '');
    execFileSync('mkfifo', [this.#fifo]);
  }

  /** Environment variables for a process started by this one, which starts the server with its own pid as HELD_BY. */
  get environment(): Readonly<Record<string, string>> {
    return {
      NODE_OPTIONS: `--require ${program}`,
      HELD_BY: String(process.pid),
      HELD_LIST: this.#list,
      HELD_UNTIL: this.#fifo,
    };
  }

  /** Number of threads and processes held so far. */
  get count(): number {
    return readFileSync(this.#list, 'utf8').split('\n').length - 1;
  }

  /** Releases all, and holds no further ones. Call it when all that were started are held. */
  release(): void {
    // Each reader blocked in open(2) continues once there is a writer. Without a reader, open fails with ENXIO.
    const writer = this.count > 0 ? openSync(this.#fifo, constants.O_WRONLY | constants.O_NONBLOCK) : undefined;
    rmSync(this.#fifo);
    if (writer !== undefined) closeSync(writer);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
