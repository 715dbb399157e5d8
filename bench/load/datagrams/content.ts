import type { NativeMemory } from '../../../sockets/memory/memory.ts';

// What DatagramContent.read() finds.

/** The correct reply to the request of {@link DatagramContent.sequence}. */
export const ANSWER = 0;
/** A complete reply that refuses that request. */
export const REFUSAL = 1;
/** A damaged reply that names that request, which may have ended. */
export const DAMAGED = 2;
/** Bytes that name no request. */
export const UNREADABLE = 3;

export type DatagramFinding = typeof ANSWER | typeof REFUSAL | typeof DAMAGED | typeof UNREADABLE;

/** What the datagrams of a thread's sockets contain: writes requests, and finds the requests that replies answer. */
export interface DatagramContent {
  /** Size of all requests; 0 when they differ. */
  readonly fixedSize: number;
  readonly longestRequest: number;
  readonly longestReply: number;
  /** Memory for requests that are to be sent together, one after the other at multiples of {@link longestRequest}. */
  readonly outbox: NativeMemory;
  /** Sequence number of the request that the last datagram names. */
  readonly sequence: number;

  /** Writes a request as the i-th of the outbox. */
  write(i: number, s: number, sequence: number): void;
  /** Returns the length of the i-th request of the outbox. */
  lengthAt(i: number): number;
  /** Examines a datagram that was received on a socket. */
  read(s: number, data: NativeMemory, at: number, length: number): DatagramFinding;
  /** Reports whether a damaged datagram has an undamaged header of this socket: its request may have ended. */
  isOwn(s: number, data: NativeMemory, at: number, length: number): boolean;
  free(): void;
}
