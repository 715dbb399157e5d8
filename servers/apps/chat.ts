import type { StreamApp, StreamReply, StreamSession } from './app.ts';

/** Longest line in bytes, including its newline, which bounds a client's memory. A longer line ends the session. */
export const LINE_LIMIT = 65_536;

const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

/** The session of one client. */
class TurnReplies implements StreamSession {
  /** The received part of an incomplete line. */
  #partial: Buffer = NOTHING;

  receive(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void {
    const last = bytes.subarray(start, end).lastIndexOf(NEWLINE);
    const rest = last < 0 ? start : start + last + 1;
    if (rest > start) this.#broadcast(bytes, start, rest, reply);
    if (rest < end) this.#partial = Buffer.concat([this.#partial, bytes.subarray(rest, end)]);
    if (this.#partial.length >= LINE_LIMIT) reply.end();
  }

  /** An incomplete last line counts as a line, too. */
  finish(reply: StreamReply): void {
    if (this.#partial.length > 0) this.#broadcast(Buffer.of(NEWLINE), 0, 1, reply);
  }

  /** Sends whole lines in one piece, so that no other client's text comes between the parts of a line. */
  #broadcast(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void {
    if (this.#partial.length === 0) {
      reply.toOthers(bytes, start, end);
      return;
    }
    const whole = Buffer.concat([this.#partial, bytes.subarray(start, end)]);
    this.#partial = NOTHING;
    reply.toOthers(whole, 0, whole.length);
  }
}

/** A chat server: each line of a client goes to all other clients, and the server itself sends nothing. */
export function createApp(): StreamApp {
  return { stream: () => new TurnReplies() };
}
