import type { StreamApp, StreamReply, StreamSession } from './app.ts';

const GREETING = new TextEncoder().encode('Hello from server');

/**
 * Sends a greeting, reads one message, and ends the session. A message is what one read returns, as in textbook
 * servers: it waits for neither newline nor FIN. TCP only, because a UDP server cannot send first.
 */
export class Greeting implements StreamApp, StreamSession {
  readonly #once: boolean;

  /** @param once ends the session right after the greeting, without reading. */
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
}

export function createApp(): StreamApp {
  return new Greeting();
}
