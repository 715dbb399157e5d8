import type { Duplex } from 'node:stream';
import type { HttpTimeLimits } from '../http/time-limits.ts';
import type { Random } from '../random.ts';

/**
 * What a server says, as a state machine without sockets: bytes in, bytes out. Any app runs on any model.
 * Bytes are passed as a range of a buffer, so that a request costs no allocation; they are valid during the call only.
 */
export interface App {
  /** A new conversation over a stream (a TCP connection). */
  stream(): StreamSession;
  /**
   * The same, with requests that cost something: `cost` is to be told of each, when it is whole and before it is
   * answered. For apps that know where each ends; of others, bytes are counted.
   */
  costlyStream?(cost: RequestCost): StreamSession;
  /** Answers one datagram. Called with datagrams of any sender: an app keeps no state about them here. */
  datagram(bytes: Uint8Array, start: number, end: number, reply: DatagramReply): void;
  /**
   * For apps that leave a protocol to a library which wants one of Node's streams: takes a connection over, to its end,
   * in place of {@link stream}. Models that can do so say `node-streams` in the catalog.
   */
  adopt?(stream: Duplex): void;
  /** Given to an app that leaves something to chance, before it serves anyone: what decides. */
  draw?(random: Random): void;
  /**
   * For apps that bound how long clients may take (see patience.ts): how often a model looks whether one has, in
   * milliseconds. All their sessions have `turn`, `patienceMs` and `expire`.
   */
  readonly lookEveryMs?: number | undefined;
  /** The same app with other bounds. */
  within?(limits: HttpTimeLimits): App;
  /** Given to an app that needs the capability `terminal`, before it serves anyone: who answers by hand. */
  attend?(operator: Operator): void;
}

/** What each request costs beyond the answer. */
export interface RequestCost {
  /** Does the next request's work: burns CPU time, and has the model wait before what is said after this. */
  next(reply: Reply): void;
}

/** Somebody at the terminal of the server. */
export interface Operator {
  /** Shows a line, of any content. */
  show(line: string): void;
  /**
   * Has the operator's next line read, and `answer` called with it, later: undefined when there will be no more.
   * One line is asked for at a time.
   */
  ask(answer: (line: string | undefined) => void): void;
}

/**
 * One conversation over a stream. Chunks arrive as the network cut them: an app must not rely on their boundaries.
 * It is over when the peer has finished sending, or when the app says so with {@link StreamReply.end}; after that no
 * method is called any more but {@link StreamSession.close}. A model looks at once which of the optional methods there
 * are: they don't come or go.
 *
 * Where a model can `unprompted-replies`, a session may speak between these calls, too: the reply of the first call is
 * that of all, and stays good until `close`. What is said then waits in memory for as long as the peer doesn't read: the
 * app sees to it that this is not much.
 */
export interface StreamSession {
  /** The connection is open, and nothing has been received: here speaks who speaks first. */
  open?(reply: StreamReply): void;
  /** The peer sent bytes `start` to `end` of `bytes`. */
  receive(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void;
  /** The peer has finished sending (FIN). When this returns, the conversation ends as {@link StreamReply.end} ends it. */
  finish?(reply: StreamReply): void;
  /**
   * Is an answer still to come? Looked at after {@link StreamSession.finish}: then the conversation goes on until
   * {@link StreamReply.end}. For models that can `unprompted-replies`.
   */
  readonly owing?: boolean;
  /** What the peer is awaited for: see `Awaiting` of patience.ts. */
  readonly turn?: number;
  readonly patienceMs?: number;
  /** The peer has taken too long: says so, or not, and ends the conversation. */
  expire?(reply: StreamReply): void;
  /**
   * The connection is gone, whoever ended it and however; nothing can be said any more. Called once, as the last. By
   * models that can `unprompted-replies`.
   */
  close?(): void;
  /**
   * Says the next piece of what has no end: to be called whenever the peer has taken all that was said before, from the
   * opening to the end of the conversation. While the peer takes nothing, it isn't called.
   */
  produce?(reply: StreamReply): void;
}

export interface Reply {
  /**
   * Has the peer wait so many nanoseconds for what is said after this; several waits of one call add up. A model that
   * blocks, blocks. The others serve others meanwhile, and receive nothing more of this conversation.
   */
  wait(nanos: number): void;
}

export interface StreamReply extends Reply {
  /** Queues bytes `start` to `end` for the peer. The model copies them if it can't send them at once. */
  send(bytes: Uint8Array, start: number, end: number): void;
  /**
   * The same for bytes that never change, of which the app has few and says them often: the model need not copy them
   * each time, and may keep one copy of its own where the kernel finds it.
   */
  sendConstant(bytes: Uint8Array, start: number, end: number): void;
  /**
   * Says bytes `start` to `end`, at once, to all other conversations of the server that the model has open, wherever it
   * serves them; never to this one. All hear what several say in one order. A client that doesn't read is dropped when
   * what waits for it grows too much. For apps that need a `room`, and in their conversations the only thing to say.
   */
  toOthers(bytes: Uint8Array, start: number, end: number): void;
  /**
   * Ends the conversation: what was queued is delivered, then comes FIN. What the peer still sends is read and thrown
   * away, see LINGER_MS, so that the kernel doesn't answer it with a reset, which would destroy the reply.
   */
  end(): void;
}

export interface DatagramReply extends Reply {
  /** Sends bytes `start` to `end` as one datagram back to the sender. */
  send(bytes: Uint8Array, start: number, end: number): void;
}
