import type { DatagramReply, StreamReply } from './apps/app.ts';

/** Keeps copies of replies instead of sending them: for models that send them later, or from another thread. */
export class CollectedReply implements StreamReply, DatagramReply {
  #parts: Uint8Array[] = [];

  send(bytes: Uint8Array, start: number, end: number): void {
    // Exactly these bytes: a view would drag its whole buffer along to another thread.
    this.#parts.push(new Uint8Array(bytes.subarray(start, end)));
  }

  /** The replies since the last call, in order. */
  take(): Uint8Array[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }
}
