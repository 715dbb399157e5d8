import type { NativeMemory } from '../sockets/memory.ts';
import type { MemoryPool } from './memory-pool.ts';

/**
 * What a conversation asks of its loop, which tells it later what became of it, by methods of the conversation: `received`,
 * `sent` and so on (see completion-connection.ts).
 */
export interface StreamRing<Connection> {
  /** Counts the loop's turns: what was asked for in one has been begun in the next. */
  readonly turn: number;
  /** What was received lies here, until the turn ends in which `received` is told. */
  readonly received: NativeMemory;
  readonly outbox: NativeMemory;
  /** For what can't be sent in this turn. */
  readonly pool: MemoryPool;
  /** Copies bytes to where they can be sent in this turn. @returns their offset in {@link outbox}; -1 when it is full. */
  place(bytes: Uint8Array, start: number, end: number): number;
  /** A copy of bytes that never change, which stays. */
  constant(bytes: Uint8Array): NativeMemory;
  /** Receives from now on, until `receivingEnded` is told. */
  receive(fd: number): void;
  /** Ends receiving soon: what comes before is told. */
  stopReceiving(fd: number): void;
  /** Sends what the kernel takes at once. When that is not all, `fellShort` is told next turn, first. */
  sendNow(fd: number, memory: NativeMemory, start: number, end: number): void;
  /** Sends all, however long that takes; `sent` is told. */
  send(fd: number, memory: NativeMemory, start: number, end: number): void;
  /** Calls `revisited` in the next turn, after all that is told then. */
  revisit(connection: Connection): void;
  /** Calls `resume` when its `waitNanos` have passed. */
  wait(connection: Connection): void;
  /** Sends FIN. The peer's is waited for LINGER_MS, and then the socket aborted. */
  finish(fd: number): void;
  /** Ends the socket in both directions, and with it what is under way on it. */
  abort(fd: number): void;
  /** Has every other connection `hear` bytes. */
  tellOthers(connection: Connection, bytes: Uint8Array, start: number, end: number): void;
  /** It is over, and nothing is under way any more: `free` may be called. */
  over(connection: Connection): void;
}
