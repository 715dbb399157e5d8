import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./held-start.cjs', import.meta.url));

/** Holds the threads and processes that a server starts, before their first own code runs. */
export class HeldStarts implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sockbench-held-'));
  readonly #list = join(this.#folder, 'list');
  readonly #fifo = join(this.#folder, 'until');

  constructor() {
    writeFileSync(this.#list, '');
    execFileSync('mkfifo', [this.#fifo]);
  }

  /** What a server process, started by this one, needs in its environment. */
  get environment(): Readonly<Record<string, string>> {
    return {
      NODE_OPTIONS: `--require ${program}`,
      HELD_BY: String(process.pid),
      HELD_LIST: this.#list,
      HELD_UNTIL: this.#fifo,
    };
  }

  /** How many have been held so far. */
  get count(): number {
    return readFileSync(this.#list, 'utf8').split('\n').length - 1;
  }

  /** Lets all go, and holds no more. To be called when all that were begun are held. */
  release(): void {
    // Each reader that waits in open(2) goes on when there is a writer; without a reader there is ENXIO.
    const writer = this.count > 0 ? openSync(this.#fifo, constants.O_WRONLY | constants.O_NONBLOCK) : undefined;
    rmSync(this.#fifo);
    if (writer !== undefined) closeSync(writer);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
