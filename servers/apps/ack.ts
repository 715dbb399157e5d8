import type { App, DatagramReply, StreamReply, StreamSession } from './app.ts';
import { endsMessage } from './message.ts';

const ACK = new TextEncoder().encode('ACK');

/** One conversation: a message, its acknowledgement, the end. */
class AckSession implements StreamSession {
  /** Has some of the message come? */
  #begun = false;

  receive(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void {
    this.#begun = true;
    if (!endsMessage(bytes, start, end)) return;
    reply.sendConstant(ACK, 0, ACK.length);
    reply.end();
  }

  finish(reply: StreamReply): void {
    if (this.#begun) reply.sendConstant(ACK, 0, ACK.length);
  }
}

/**
 * Replies ACK to a message and ends the conversation. Over a stream the message ends at a newline, or where the peer has
 * finished sending; it may be of any length, and who sends nothing gets no ACK. Over UDP each datagram is a message.
 */
class Ack implements App {
  stream(): StreamSession {
    return new AckSession();
  }

  datagram(_bytes: Uint8Array, _start: number, _end: number, reply: DatagramReply): void {
    reply.send(ACK, 0, ACK.length);
  }
}

export const app: App = new Ack();
