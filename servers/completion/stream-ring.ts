import type { NativeMemory } from '../../sockets/memory/memory.ts';
import type { MemoryPool } from '../sending/memory-pool.ts';

/**
 * What a conversation requests from its completion loop. The loop reports results by calling methods of the
 * conversation: `received`, `sent` and so on (see connection.ts).
 */
export interface StreamRing<Connection> {
  /** Counts the loop's turns. Operations requested in one turn have been submitted in the next. */
  readonly turn: number;
  /** Contains received bytes, valid until the end of the turn in which `received` is called. */
  readonly received: NativeMemory;
  readonly outbox: NativeMemory;
  /** For bytes that can't be sent in this turn. */
  readonly pool: MemoryPool;
  /**
   * Copies bytes to memory from which they can be sent in this turn.
   * @returns their offset in {@link outbox}, or -1 when it is full.
   */
  place(bytes: Uint8Array, start: number, end: number): number;
  /** Returns a permanent copy of constant bytes. */
  constant(bytes: Uint8Array): NativeMemory;
  /** Receives from now on, until `receivingEnded` is called. */
  receive(fd: number): void;
  /** Ends receiving soon. Bytes that come before are still reported. */
  stopReceiving(fd: number): void;
  /**
   * Sends the bytes that the kernel takes at once. If these are not all, `fellShort` is called first in the next turn.
   */
  sendNow(fd: number, memory: NativeMemory, start: number, end: number): void;
  /** Sends all bytes, which may take any time, then calls `sent`. */
  send(fd: number, memory: NativeMemory, start: number, end: number): void;
  /** Calls `revisited` after all other calls of this turn; in the next turn, if requested during a `revisited`. */
  revisit(connection: Connection): void;
  /** Calls `resume` when the connection's `waitNanos` have passed. */
  wait(connection: Connection): void;
  /** Sends FIN. If the peer's FIN has not come after LINGER_MS, aborts the socket. */
  finish(fd: number): void;
  /** Shuts the socket down in both directions, which ends its operations in flight. */
  abort(fd: number): void;
  /** Calls `receiveBroadcast` of every other connection with the bytes. */
  sendToOthers(connection: Connection, bytes: Uint8Array, start: number, end: number): void;
  /** Releases a connection that is over and has no operation in flight: `free` may be called. */
  over(connection: Connection): void;
}
