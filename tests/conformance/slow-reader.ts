import { until } from '../servers/until.ts';
import { patternBytes } from './bytes.ts';
import { uploadStands } from './standstill.ts';
import type { StreamClient } from './stream-client.ts';

const CHUNK = 2 ** 16;

/** A client that sends without pause, and doesn't read. */
export class SlowReader {
  readonly client: StreamClient;
  readonly seed: number;
  /** Bytes sent or queued. Constant once {@link SlowReader.stuff} has resolved. */
  written = 0;
  readonly #most: number;
  #stopped = false;

  /** @param most bytes to send if the server takes them all. */
  constructor(client: StreamClient, most: number, seed: number) {
    this.client = client;
    this.seed = seed;
    this.#most = most;
  }

  /** Number of bytes passed to the kernel. */
  get sent(): number {
    return this.written - this.client.socket.writableLength;
  }

  /** Sends until the server has stopped reading, or has taken everything. @param serverPid the server's process. */
  async stuff(serverPid: number): Promise<void> {
    this.#write();
    const ends = { clientPort: this.client.port, serverPid };
    await until('the server to stop reading', () => this.sent === this.#most || uploadStands(ends));
    this.#stopped = true;
  }

  async #write(): Promise<void> {
    const { socket } = this.client;
    while (!this.#stopped && this.written < this.#most && !socket.destroyed) {
      const length = Math.min(CHUNK, this.#most - this.written);
      const taken = socket.write(patternBytes(this.seed, this.written, length));
      this.written += length;
      if (!taken) await this.client.drained();
    }
  }
}
