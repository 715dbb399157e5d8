import type { App, StreamReply, StreamSession } from './app.ts';

const GREETING = new TextEncoder().encode('Hello from server');

/**
 * Speaks first, reads one message, and ends the conversation. A message is what one read returns, as in textbook
 * servers: no newline and no FIN is waited for. Without a connection no server can speak first: TCP only.
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

  receive(_bytes: Uint8Array, _start: number, _end: number, reply: StreamReply): void {
    reply.end();
  }

  datagram(): void {}
}

export const app: App = new Greeting();
