import { exampleOf } from '../protocols/example.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';

/** Examples of replies that were not as expected: the first of each kind. */
export interface BadReplyExamples {
  /** Text of a reply that refused its request. */
  readonly refusal?: string;
  readonly corruption?: Corruption;
  /** Why TLS failed on a connection. */
  readonly tls?: string;
}

/** A wrong reply. */
export interface Corruption {
  /** What is wrong. */
  readonly fault: string;
  /** Number of bytes of the reply before the first wrong one. */
  readonly offset: number;
  /** Bytes around it, escaped; empty when bytes are missing. */
  readonly bytes: string;
}

/** Keeps the first refusal and the first corrupt reply of a thread, for the report. */
export class BadReplies {
  #refusal: string | undefined;
  #corruption: Corruption | undefined;
  #tls: string | undefined;

  /** Records the refusal that a protocol has just read on a connection. */
  refused(protocol: ClientProtocol, c: number): void {
    if (this.#refusal !== undefined) return;
    this.#refusal = protocol.refusal?.(c) ?? (protocol.status === 0 ? '' : `status ${protocol.status}`);
  }

  /** Records the fault that a protocol has just found. @param wrong position of the wrong byte, from `at` to `end`. */
  corrupted(protocol: ClientProtocol, bytes: Uint8Array, at: number, end: number, wrong: number): void {
    if (this.#corruption !== undefined) return;
    const fault = protocol.faults[protocol.fault] ?? 'unknown';
    this.#corruption = { fault, offset: protocol.replyBytes, bytes: exampleOf(bytes, at, end, wrong) };
  }

  /** Records why TLS failed on a connection. */
  channelFailed(text: string): void {
    this.#tls ??= text;
  }

  /** Returns the examples; undefined when there are none. */
  examples(): BadReplyExamples | undefined {
    const examples = {
      ...(this.#refusal !== undefined && { refusal: this.#refusal }),
      ...(this.#corruption && { corruption: this.#corruption }),
      ...(this.#tls !== undefined && { tls: this.#tls }),
    };
    return Object.keys(examples).length === 0 ? undefined : examples;
  }
}
