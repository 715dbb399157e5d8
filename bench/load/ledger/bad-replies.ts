import { exampleOf } from '../protocols/example.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';

/** Texts of bad replies, for reports: the first of each kind while measuring. */
export interface ReplyExamples {
  /** Text of a reply that refused its request, such as an error reply. */
  readonly refusal?: string;
  /** A corrupt reply: what is wrong, and the bytes around the first wrong one, as exampleOf() of protocols escapes them. */
  readonly corruption?: { readonly fault: string; readonly example: string } | undefined;
  /** Why TLS failed on a connection. */
  readonly tls?: string;
}

/** Counts a thread's refusals, and keeps the first bad reply of each kind for the report. */
export class BadReplies {
  /** Complete replies that refused their requests, since measuring began. */
  refusals = 0;
  #refusal: string | undefined;
  #corruption: ReplyExamples['corruption'];
  #tls: string | undefined;

  /** Records the refusal that a protocol has just read on a connection. */
  refused(protocol: ClientProtocol, c: number): void {
    this.refusals++;
    this.#refusal ??= protocol.refusal?.(c);
  }

  /** Records the fault that a protocol has just found. @param wrong position of the wrong byte, from `at` to `end`. */
  corrupted(protocol: ClientProtocol, bytes: Uint8Array, at: number, end: number, wrong: number): void {
    if (this.#corruption !== undefined) return;
    const fault = `${protocol.faults[protocol.fault] ?? 'unknown'}, at byte ${protocol.replyBytes}`;
    this.#corruption = { fault, example: exampleOf(bytes, at, end, wrong) };
  }

  /** Records why TLS failed on a connection. */
  channelFailed(text: string): void {
    this.#tls ??= text;
  }

  /** Returns the examples; undefined when there are none. */
  examples(): ReplyExamples | undefined {
    const examples = {
      ...(this.#refusal !== undefined && { refusal: this.#refusal }),
      ...(this.#corruption && { corruption: this.#corruption }),
      ...(this.#tls !== undefined && { tls: this.#tls }),
    };
    return Object.keys(examples).length === 0 ? undefined : examples;
  }
}
