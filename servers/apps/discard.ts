import type { App, StreamSession } from './app.ts';

/** Reads everything and throws it away: RFC 863. Never answers. */
class Discard implements App, StreamSession {
  stream(): StreamSession {
    return this;
  }

  receive(): void {}

  datagram(): void {}
}

export const app: App = new Discard();
