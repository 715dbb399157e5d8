/**
 * What a server says, as a state machine without sockets: bytes in, bytes out. Any app runs on any model.
 * Bytes are passed as a range of a buffer, so that a request costs no allocation; they are valid during the call only.
 */
export interface App {
  /** A new conversation over a stream (a TCP connection). */
  stream(): StreamSession;
  /** Answers one datagram. Called with datagrams of any sender: an app keeps no state about them here. */
  datagram(bytes: Uint8Array, start: number, end: number, reply: DatagramReply): void;
}

/** One conversation over a stream. Chunks arrive as the network cut them: an app must not rely on their boundaries. */
export interface StreamSession {
  /** The peer sent bytes `start` to `end` of `bytes`. */
  receive(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void;
}

export interface StreamReply {
  /** Queues bytes `start` to `end` for the peer. The model copies them if it can't send them at once. */
  send(bytes: Uint8Array, start: number, end: number): void;
}

export interface DatagramReply {
  /** Sends bytes `start` to `end` as one datagram back to the sender. */
  send(bytes: Uint8Array, start: number, end: number): void;
}
