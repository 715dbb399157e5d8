import type { App, DatagramReply, StreamReply, StreamSession } from './app.ts';

/** Sends back what it receives: RFC 862. */
class Echo implements App, StreamSession {
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

export const app: App = new Echo();
