import { until } from '../servers/until.ts';
import { patternBytes } from './bytes.ts';
import type { StreamClient } from './stream-client.ts';

const CHUNK = 2 ** 20;
/** So many looks, 10 ms apart, without a byte leaving count as a server that has stopped reading. */
const STILL_LOOKS = 30;

/** A client that sends and sends, and doesn't read. */
export class SlowReader {
  readonly client: StreamClient;
  readonly total: number;
  readonly seed: number;
  #written = 0;

  /** @param total bytes to send in all. */
  constructor(client: StreamClient, total: number, seed: number) {
    this.client = client;
    this.total = total;
    this.seed = seed;
  }

  /** Bytes that have left for the kernel. */
  get sent(): number {
    return this.#written - this.client.socket.writableLength;
  }

  /** Sends until nothing is taken any more, or everything was. @returns a promise of everything's being written. */
  async stuff(): Promise<{ readonly written: Promise<void> }> {
    const written = this.#writeAll();
    let last = -1;
    let still = 0;
    await until('the server to stop reading', () => {
      still = this.sent === last ? still + 1 : 0;
      last = this.sent;
      return still >= STILL_LOOKS || last === this.total;
    });
    return { written };
  }

  async #writeAll(): Promise<void> {
    const { socket } = this.client;
    while (this.#written < this.total && !socket.destroyed) {
      const length = Math.min(CHUNK, this.total - this.#written);
      const taken = socket.write(patternBytes(this.seed, this.#written, length));
      this.#written += length;
      if (!taken) await this.client.drained();
    }
  }
}
