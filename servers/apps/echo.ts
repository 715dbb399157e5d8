import type { DatagramApp, DatagramReply, StreamApp, StreamReply, StreamSession } from './app.ts';

/** Sends back what it receives: RFC 862. */
class Echo implements StreamApp, DatagramApp, StreamSession {
  stream(): StreamSession {
    return this;
  }

  receive(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void {
    reply.send(bytes, start, end);
  }

  datagram(bytes: Uint8Array, start: number, end: number, reply: DatagramReply): void {
    reply.send(bytes, start, end);
  }
}

export function createApp(): StreamApp & DatagramApp {
  return new Echo();
}
