import type { StreamKey } from '../../../servers/random/streams.ts';

/**
 * What a client says and understands on a connection, as bytes. A protocol has no socket and no clock, and allocates
 * nothing for a request. The engine owns sockets, times, pipelining and counts.
 */

// What consume() and finish() report in `event`.

/** All bytes were taken, and none of the following has happened. */
export const MORE = 0;
/** The greeting is over: requests may be sent. Once for each {@link ClientProtocol.greet} of a protocol that greets. */
export const READY = 1;
/** The reply to the request is complete, and as expected. */
export const COMPLETE = 2;
/** As {@link COMPLETE}, and the server closes the connection: nothing more may be sent on it. */
export const LAST = 3;
/** The server refuses the request, or the greeting, in a reply that is complete. The connection remains usable. */
export const REFUSED = 4;
/** As {@link REFUSED}, and the server closes the connection. */
export const REFUSED_LAST = 5;
/** The server expects an answer out of turn: {@link ClientProtocol.respond} must be called before the next bytes. */
export const RESPOND = 6;
/** The server ends the connection in an orderly way, between replies. `respond` may have a farewell to send. */
export const CLOSE = 7;
/** The bytes are not what the protocol allows or the request asked for. The stream is out of step: close it. */
export const CORRUPT = 8;

/** Sequence number for {@link ClientProtocol.consume} when no request is in flight. The others are below 2^31. */
export const NO_REQUEST = -1;

/** The fault of every protocol when bytes answer no request. */
export const UNSOLICITED = 1;

export type ProtocolEvent = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/**
 * The client's side of a protocol, on all connections of one thread. A connection is its index `c`, from 0. State lives
 * in arrays with an element for each connection, so that a reply allocates nothing.
 *
 * The engine calls `reset` when a connection was opened, and then `greet`. It calls `consume` with whatever arrives: of a
 * protocol that greets until READY, and from then on with the sequence number of the oldest request in flight. After LAST,
 * REFUSED_LAST, CLOSE and CORRUPT, and after REFUSED in place of READY, it calls `reset` before anything else.
 */
export interface ClientProtocol {
  /** The most bytes that one call of `greet`, `encode` or `respond` writes. */
  readonly longestRequest: number;
  /** True when `encode` writes the same bytes for every request, so that one copy serves all connections. */
  readonly sameRequest: boolean;
  /** True when a connection must reach READY before its first request. */
  readonly greets: boolean;
  /** What each {@link fault} means. */
  readonly faults: readonly string[];
  /** What the last `consume` or `finish` reached. */
  readonly event: ProtocolEvent;
  /** With COMPLETE, LAST and REFUSED the status of the reply, with CLOSE of the end; 0 where there is no such thing. */
  readonly status: number;
  /** Bytes of the reply: all with COMPLETE, LAST and REFUSED; with CORRUPT those before the first wrong one. */
  readonly replyBytes: number;
  /** With CORRUPT the reason: an index of {@link faults}. */
  readonly fault: number;

  /** Forgets what a connection carried before: it was opened, or opened again. */
  reset(c: number): void;
  /** Writes what a client sends first, at `at`. @returns bytes written; 0 when the server speaks first, or nobody. */
  greet(c: number, out: Uint8Array, at: number): number;
  /** Writes a request at `at`. The same connection and sequence give the same bytes. @returns bytes written. */
  encode(c: number, sequence: number, out: Uint8Array, at: number): number;
  /**
   * Reads bytes from `at` to at most `end`, up to one event.
   * @param sequence the oldest request in flight, 0 to 2^31 - 1; NO_REQUEST when there is none, or before READY.
   * @returns where it stopped. It takes at least one byte, unless the event is CORRUPT; with MORE it takes all. With
   *   CORRUPT it returns the position of the first wrong byte, which is `end` when bytes are missing.
   */
  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number;
  /** Writes the answer to RESPOND or CLOSE at `at`. Absent when there is never one. @returns bytes written. */
  respond?(c: number, out: Uint8Array, at: number): number;
  /**
   * The server sent FIN while a request was in flight. Sets `event`: LAST or REFUSED_LAST when that completes the reply,
   * CORRUPT when the reply had begun, MORE when nothing of it had arrived. Absent when replies never end so.
   */
  finish?(c: number, sequence: number): void;
  /** Returns what the server said when it refused, right after REFUSED; not for the hot path. */
  refusal?(c: number): string;
}

/** The connections of a thread, for which it makes a protocol. */
export interface ProtocolScope {
  readonly connections: number;
  /** Number of its first connection among those of all threads. */
  readonly firstConnection: number;
  /** Determines all random choices. */
  readonly streamKey: StreamKey;
}
