import type { DatagramApp, DatagramReply, StreamApp, StreamReply, StreamSession } from './app.ts';

const ACK = new TextEncoder().encode('ACK');

/**
 * Replies ACK to a message and ends the session. Over a stream a message is what one read returns, as in textbook
 * servers: it waits for neither newline nor FIN. A client that sends nothing gets no ACK. A datagram is a message.
 */
class Ack implements StreamApp, DatagramApp, StreamSession {
  stream(): StreamSession {
    return this;
  }

  receive(_bytes: Uint8Array, _start: number, _end: number, reply: StreamReply): void {
    reply.sendConstant(ACK, 0, ACK.length);
    reply.end();
  }

  datagram(_bytes: Uint8Array, _start: number, _end: number, reply: DatagramReply): void {
    reply.send(ACK, 0, ACK.length);
  }
}

export function createApp(): StreamApp & DatagramApp {
  return new Ack();
}
