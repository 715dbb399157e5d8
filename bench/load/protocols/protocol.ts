/**
 * The contract of a client protocol: it encodes requests to bytes and parses replies from bytes. A protocol has no
 * socket and no clock, and allocates nothing for a request. The engine owns sockets, times, pipelining and counts.
 */

// What consume() and finish() report in `event`.

/** All bytes were consumed, and none of the following events occurred. */
export const MORE = 0;
/**
 * The greeting is complete: requests may be sent. Once for each {@link ClientProtocol.greet} of a protocol that greets.
 */
export const READY = 1;
/** The reply to the request is complete, and as expected. */
export const COMPLETE = 2;
/** As {@link COMPLETE}, and the server closes the connection: nothing may be sent on it any more. */
export const LAST = 3;
/** A complete reply refuses the request, or the greeting. The connection remains usable. */
export const REFUSED = 4;
/** As {@link REFUSED}, and the server closes the connection. */
export const REFUSED_LAST = 5;
/** The server expects an answer out of turn: {@link ClientProtocol.respond} must be called before the next bytes. */
export const RESPOND = 6;
/** The server closes the connection in an orderly way, between replies. `respond` may write a closing message. */
export const CLOSE = 7;
/** The bytes violate the protocol, or are not the reply to the request. Replies can't be matched any more: close it. */
export const CORRUPT = 8;

/** Sequence number for {@link ClientProtocol.consume} when no request is in flight. The others are below 2^31. */
export const NO_REQUEST = -1;

/** Number of the fault, in every protocol, that bytes arrived and no request was in flight. */
export const UNSOLICITED = 1;

/** A fact that a report must state beside the counts. */
export interface ProtocolNote {
  readonly code: string;
  /** What happened, and what to do. The same text on all threads. */
  readonly message: string;
}

export type ProtocolEvent = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/**
 * The client's side of a protocol, on all connections of one thread. `c` is the index of a connection, from 0. State is
 * kept in arrays with an element for each connection, so that a reply allocates nothing.
 *
 * The engine calls `reset` when a connection was opened, and then `greet`. It calls `consume` with all received bytes:
 * if the protocol greets, with NO_REQUEST until READY, and then with the sequence number of the oldest request in
 * flight. After LAST, REFUSED_LAST, CLOSE and CORRUPT, and after REFUSED in place of READY, it calls `reset` before
 * anything else.
 */
export interface ClientProtocol {
  /** Maximum number of bytes that one call of `greet`, `encode`, `respond` or `farewell` writes. */
  readonly longestRequest: number;
  /** True when `encode` writes the same bytes for every request, so that one copy serves all connections. */
  readonly sameRequest: boolean;
  /** Length of most replies, where it is known. */
  readonly usualReply?: number;
  /** True when a connection must reach READY before its first request. Read after each `reset`. */
  readonly greets: boolean;
  /** Description of each {@link fault}. */
  readonly faults: readonly string[];
  /** The event of the last `consume` or `finish`. */
  readonly event: ProtocolEvent;
  /**
   * With COMPLETE, LAST and REFUSED, the status of the reply; with CLOSE, that of the close. 0 in a protocol without
   * status.
   */
  readonly status: number;
  /** Length of the reply, with COMPLETE, LAST and REFUSED; with CORRUPT, number of bytes before the first wrong one. */
  readonly replyBytes: number;
  /** With CORRUPT, the reason, as an index of {@link faults}. */
  readonly fault: number;
  /** Facts that a report must state. Absent in protocols without any. Not for the hot path. */
  readonly notes?: readonly ProtocolNote[];

  /** Discards the state of a connection, because it was opened or reopened. */
  reset(c: number): void;
  /**
   * Writes the greeting at `at`.
   * @returns bytes written; 0 when the server sends first, or when there is no greeting.
   */
  greet(c: number, out: Uint8Array, at: number): number;
  /** Writes a request at `at`. The same connection and sequence give the same bytes. @returns bytes written. */
  encode(c: number, sequence: number, out: Uint8Array, at: number): number;
  /**
   * Turns the request at `at`, of any connection and sequence number, into another one. Present when all requests have
   * the same length and differ in few bytes, so that this is faster than `encode`.
   */
  change?(c: number, sequence: number, out: Uint8Array, at: number): void;
  /**
   * Reads bytes from `at` to at most `end`, up to one event.
   * @param sequence the oldest request in flight, 0 to 2^31 - 1; NO_REQUEST when there is none, or before READY.
   * @returns where it stopped. It consumes at least one byte, unless the event is CORRUPT; with MORE, all. With
   *   CORRUPT it returns the position of the first wrong byte, which is `end` when bytes are missing.
   */
  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number;
  /**
   * Writes the answer to RESPOND or CLOSE at `at`. Absent in protocols without such answers.
   * @returns bytes written.
   */
  respond?(c: number, out: Uint8Array, at: number): number;
  /**
   * Writes the message with which the client ends a connection that is ready and waits for no reply. The connection is
   * closed then, without waiting for an answer. Absent in protocols in which a client just closes.
   * @returns bytes written.
   */
  farewell?(c: number, out: Uint8Array, at: number): number;
  /**
   * The server sent FIN while a request was in flight. Sets `event`: LAST or REFUSED_LAST when that completes the
   * reply, CORRUPT when the reply is incomplete, MORE when none of it was received. Absent when FIN never ends a reply.
   */
  finish?(c: number, sequence: number): void;
  /** Returns the number of replies of each status since {@link clearStatuses}, for protocols with status. */
  statusCounts?(): Record<string, number>;
  clearStatuses?(): void;
  /** Returns the text of the refusal. Valid directly after REFUSED; not for the hot path. */
  refusal?(c: number): string;
}
