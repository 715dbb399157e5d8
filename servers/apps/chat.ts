import type { App, StreamReply, StreamSession } from './app.ts';

/** Bytes of a line, with its newline: who says more without one is sent away, since its memory is bounded. */
export const LINE_LIMIT = 65_536;

const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

/** What one client says. */
class Speaker implements StreamSession {
  /** What has come of a line whose newline has not. */
  #partial: Buffer = NOTHING;

  receive(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void {
    const last = bytes.subarray(start, end).lastIndexOf(NEWLINE);
    const rest = last < 0 ? start : start + last + 1;
    if (rest > start) this.#tell(bytes, start, rest, reply);
    if (rest < end) this.#partial = Buffer.concat([this.#partial, bytes.subarray(rest, end)]);
    if (this.#partial.length >= LINE_LIMIT) reply.end();
  }

  /** What a client leaves unfinished is a line, too. */
  finish(reply: StreamReply): void {
    if (this.#partial.length > 0) this.#tell(Buffer.of(NEWLINE), 0, 1, reply);
  }

  /** Lines are told whole, together with those that came with them: nobody's come between the pieces of one. */
  #tell(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void {
    if (this.#partial.length === 0) {
      reply.toOthers(bytes, start, end);
      return;
    }
    const whole = Buffer.concat([this.#partial, bytes.subarray(start, end)]);
    this.#partial = NOTHING;
    reply.toOthers(whole, 0, whole.length);
  }
}

/** A chat: each line that a client says goes to all the others, and nobody else says anything. */
export const app: App = {
  stream: () => new Speaker(),
  datagram(): void {},
};
