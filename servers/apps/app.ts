import type { Duplex } from 'node:stream';
import type { Random } from '../random/streams.ts';
import type { Answer } from './http/answers.ts';
import type { HttpTimeLimits } from './http/time-limits.ts';

/** An app that serves streams (TCP connections), as bytes in and bytes out. */
export interface StreamApp {
  /** Opens the session of one stream. */
  stream(): StreamSession;
  /**
   * The app's answers to HTTP requests, used in place of {@link stream} by models that leave the protocol to node:http
   * (see node/http-server.ts).
   */
  readonly http?: HttpApp | undefined;
  /**
   * Interval at which a model checks the time limits of clients (see timing/peer-timer.ts), in milliseconds; undefined:
   * no limits. If it is set, all sessions of the app have `turn`, `timeLimitMs` and `expire`. With {@link http},
   * node:http checks them in its place.
   */
  readonly checkEveryMs?: number | undefined;
}

/** An app that serves datagrams. */
export interface DatagramApp {
  /**
   * Takes one datagram, and may answer it. Datagrams may come from any sender, and the app keeps no state for each
   * sender.
   */
  datagram(bytes: Uint8Array, start: number, end: number, reply: DatagramReply): void;
}

/** An app that leaves its protocol to a library which needs Node's streams. It needs the capability `node-streams`. */
export interface AdoptingApp {
  /** Serves a connection to its end. */
  adopt(stream: Duplex): void;
}

/**
 * An application protocol as a state machine without sockets. An app has exactly the methods of what it can serve; its
 * entry in app-catalog.ts declares the same as `transports` and `needs`. Bytes are passed as a range of a buffer, so
 * that a request costs no allocation; they are valid during the call only.
 */
export interface App extends Partial<StreamApp>, Partial<DatagramApp>, Partial<AdoptingApp> {
  /**
   * True if the app knows where each request ends, and applies {@link AppOptions.cost} itself. For other apps, the
   * model counts bytes: see work/working-app.ts.
   */
  readonly appliesCost?: boolean;
}

/** Input for creating an app. Each app uses a part of it. */
export interface AppOptions {
  /** Source of all random choices: the same for the same seed. */
  readonly random: Random;
  /** Time limits of clients, for apps that speak HTTP. */
  readonly timeLimits: HttpTimeLimits;
  /** Cost of requests; undefined: none. The app calls it for each request once it is complete, before it replies. */
  readonly cost?: RequestCost | undefined;
  /** The person at the terminal, for apps that need the capability `terminal`; undefined: there is none. */
  readonly operator?: Operator | undefined;
}

/** Creates an app with its own state. Each server, thread or process creates one; some create one for each client. */
export type CreateApp = (options: AppOptions) => App;

/** An app that speaks HTTP, without the protocol. */
export interface HttpApp {
  /** Returns the answer to a complete request. Its body has been discarded. */
  answerTo(method: string): Answer;
  readonly limits: HttpTimeLimits;
  /** Cost of each request before it is answered; undefined: none. */
  readonly cost?: RequestCost | undefined;
}

/** Cost of each request beyond the reply. */
export interface RequestCost {
  /** Does the next request's work: burns CPU time, and makes the model wait before the output that follows. */
  next(reply: Reply): void;
}

/** A person at the server's terminal. */
export interface Operator {
  /** Shows a line with any content. */
  show(line: string): void;
  /**
   * Reads the operator's next line and calls `answer` with it later, or with undefined at the end of input. Only one
   * call may be pending at a time.
   */
  ask(answer: (line: string | undefined) => void): void;
}

/**
 * One session over a stream. Chunk boundaries are those of the network: an app must not rely on them. The session ends
 * when the peer has finished sending, or when the app calls {@link StreamReply.end}; afterwards, only
 * {@link StreamSession.close} is called. A model checks once which optional methods exist: they must not change.
 *
 * On models with the capability `unprompted-replies`, a session may also send between these calls: the reply of the
 * first call serves all calls and stays valid until `close`. Output then waits in memory while the peer does not read;
 * the app must bound its amount.
 */
export interface StreamSession {
  /** The connection is open and nothing has been received. Apps that send first do it here. */
  open?(reply: StreamReply): void;
  /** The peer sent bytes `start` to `end` of `bytes`. */
  receive(bytes: Uint8Array, start: number, end: number, reply: StreamReply): void;
  /** The peer has finished sending (FIN). After this returns, the session ends as with {@link StreamReply.end}. */
  finish?(reply: StreamReply): void;
  /**
   * Reports whether a reply is still pending. Checked after {@link StreamSession.finish}: if true, the session
   * continues until {@link StreamReply.end}. For models with the capability `unprompted-replies`.
   */
  readonly hasPendingReply?: boolean;
  /** State of the peer's time limit: see `Awaiting` of timing/peer-timer.ts. */
  readonly turn?: number;
  readonly timeLimitMs?: number;
  /** The peer has exceeded its time limit. Ends the session, with or without a reply. */
  expire?(reply: StreamReply): void;
  /**
   * The connection is closed, for any reason, and nothing can be sent. Called once, after all other calls, by models
   * with the capability `unprompted-replies`.
   */
  close?(): void;
  /**
   * Sends the next piece of endless output. Called whenever the peer has taken all earlier output, from the start to
   * the end of the session, and not while the peer takes nothing.
   */
  produce?(reply: StreamReply): void;
}

export interface Reply {
  /**
   * Delays the output that follows by `nanos` nanoseconds; several delays in one call add up. A model that blocks,
   * blocks. Other models serve other sessions meanwhile, and receive nothing more for this one.
   */
  wait(nanos: number): void;
}

export interface StreamReply extends Reply {
  /** Queues bytes `start` to `end` for the peer. The model copies them if it cannot send them at once. */
  send(bytes: Uint8Array, start: number, end: number): void;
  /**
   * Queues bytes that never change, of which the app has few and sends them often. The model need not copy them each
   * time, and may keep its own copy in native memory.
   */
  sendConstant(bytes: Uint8Array, start: number, end: number): void;
  /**
   * Sends bytes `start` to `end` at once to all other open sessions of the server, in any thread or process, and never
   * to this one. All clients receive the output of several senders in the same order. A client that does
   * not read is dropped when its unread output exceeds a limit. For apps that need a `room`, whose sessions send
   * nothing else.
   */
  toOthers(bytes: Uint8Array, start: number, end: number): void;
  /**
   * Ends the session: queued output is delivered, followed by FIN. Later input is read and discarded, see LINGER_MS, so
   * that the kernel does not answer it with a reset, which would destroy the reply.
   */
  end(): void;
}

export interface DatagramReply extends Reply {
  /** Sends bytes `start` to `end` as one datagram back to the sender. */
  send(bytes: Uint8Array, start: number, end: number): void;
}
