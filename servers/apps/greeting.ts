import type { App, StreamReply, StreamSession } from './app.ts';
import { endsMessage } from './message.ts';

const GREETING = new TextEncoder().encode('Hello from server');

/**
 * Speaks first, reads one message, and ends the conversation. The message ends at a newline, or where the peer has
 * finished sending; it may be of any length. Without a connection nobody can speak first: TCP only.
 */
export class Greeting implements App, StreamSession {
  readonly #once: boolean;

  /** @param once does it end the conversation with its greeting, whatever the peer says? */
  constructor({ once = false } = {}) {
    this.#once = once;
  }

  stream(): StreamSession {
    return this;
  }

  open(reply: StreamReply): void {
    reply.sendConstant(GREETING, 0, GREETING.length);
    if (this.#once) reply.end();
  }

  receive(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void {
    if (endsMessage(bytes, start, end)) reply.end();
  }

  datagram(): void {}
}

export const app: App = new Greeting();
