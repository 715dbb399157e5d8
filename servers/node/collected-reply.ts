import type { DatagramReply, StreamReply } from '../apps/app.ts';

/** The replies of an app. Plain data, for passing between threads. */
export interface Collected {
  /** Messages, or pieces of a stream, in order. */
  readonly parts: readonly Uint8Array[];
  /** Messages to the other clients, in order. */
  readonly toOthers: readonly Uint8Array[];
  /** Delay before they are sent, in nanoseconds. */
  readonly waitNanos: number;
  /** Whether the app ended the conversation after them. */
  readonly ended: boolean;
}

/** Keeps copies of replies, for models that send them later or from another thread. */
export class CollectedReply implements StreamReply, DatagramReply {
  #parts: Uint8Array[] = [];
  #toOthers: Uint8Array[] = [];
  #waitNanos = 0;
  #ended = false;

  wait(nanos: number): void {
    this.#waitNanos += nanos;
  }

  send(bytes: Uint8Array, start: number, end: number): void {
    // A copy of these bytes only: a view would carry its whole buffer to another thread.
    this.#parts.push(new Uint8Array(bytes.subarray(start, end)));
  }

  sendConstant(bytes: Uint8Array, start: number, end: number): void {
    if (end - start === bytes.buffer.byteLength) this.#parts.push(bytes);
    else this.send(bytes, start, end);
  }

  toOthers(bytes: Uint8Array, start: number, end: number): void {
    this.#toOthers.push(new Uint8Array(bytes.subarray(start, end)));
  }

  end(): void {
    this.#ended = true;
  }

  /** Returns the replies since the last call. */
  take(): Collected {
    const collected = { parts: this.#parts, toOthers: this.#toOthers, waitNanos: this.#waitNanos, ended: this.#ended };
    this.#parts = [];
    this.#toOthers = [];
    this.#waitNanos = 0;
    this.#ended = false;
    return collected;
  }
}
