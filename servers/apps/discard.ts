import type { App, StreamSession } from './app.ts';

/** Reads and discards everything: RFC 863. Never replies. */
class Discard implements App, StreamSession {
  stream(): StreamSession {
    return this;
  }

  receive(): void {}

  datagram(): void {}
}

export const app: App = new Discard();
