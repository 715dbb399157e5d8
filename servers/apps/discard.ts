import type { DatagramApp, StreamApp, StreamSession } from './app.ts';

/** Reads and discards everything: RFC 863. Never replies. */
class Discard implements StreamApp, DatagramApp, StreamSession {
  stream(): StreamSession {
    return this;
  }

  receive(): void {}

  datagram(): void {}
}

export function createApp(): StreamApp & DatagramApp {
  return new Discard();
}
