import type { NativeMemory } from '../../sockets/memory/memory.ts';
import type { MemoryPool } from './memory-pool.ts';

/**
 * Most unread bytes of a client in user space, beyond the kernel's buffers. A client above the limit is disconnected,
 * possibly in the middle of a line, as IRC servers do (their SendQ is of that order). This bounds its memory, and no
 * other client waits for it.
 */
export const UNREAD_LIMIT = 1_048_576;

const NOTHING = new Uint8Array(0);

/**
 * The bytes that a conversation has still to send. They are in memory borrowed from the loop's pool, or in memory that
 * belongs to other code. An empty backlog borrows nothing.
 */
export class Backlog {
  /** Memory that contains the unsent bytes, from `start` to `end`. */
  memory: NativeMemory | undefined;
  start = 0;
  end = 0;
  readonly #pool: MemoryPool;
  #borrowed: NativeMemory | undefined;

  constructor(pool: MemoryPool) {
    this.#pool = pool;
  }

  /** Number of unsent bytes. */
  get length(): number {
    return this.end - this.start;
  }

  /** Whether it holds memory of the pool. */
  get borrows(): boolean {
    return this.#borrowed !== undefined;
  }

  /** Replaces all unsent bytes, without a copy. The new bytes must not change until they are sent. */
  refer(memory: NativeMemory, start: number, end: number): void {
    if (memory !== this.#borrowed) this.#giveBack();
    this.memory = memory;
    this.start = start;
    this.end = end;
  }

  /** Appends a copy of bytes. They must not be in memory that this backlog borrows. */
  keep(bytes: Uint8Array, start: number, end: number): void {
    const kept = this.length;
    const needed = kept + end - start;
    const old = this.#borrowed;
    // With room behind the unsent bytes, they need not be moved.
    if (old !== undefined && this.memory === old && kept > 0 && this.end + end - start <= old.size) {
      old.bytes.set(bytes.subarray(start, end), this.end);
      this.end += end - start;
      return;
    }
    const own = old !== undefined && old.size >= needed ? old : this.#pool.take(Math.max(needed, 2 * kept));
    if (this.memory !== undefined && kept > 0) own.bytes.set(this.memory.bytes.subarray(this.start, this.end));
    if (old !== own) this.#giveBack();
    own.bytes.set(bytes.subarray(start, end), kept);
    this.#borrowed = own;
    this.refer(own, 0, needed);
  }

  /** Copies the unsent bytes out of memory that other code may change. */
  own(): void {
    this.keep(NOTHING, 0, 0);
  }

  /** Removes the first `bytes` bytes, which were sent. */
  advance(bytes: number): void {
    this.start += bytes;
    if (this.start === this.end) this.clear();
  }

  /** Drops all unsent bytes and returns the memory to the pool. */
  clear(): void {
    this.#giveBack();
    this.memory = undefined;
    this.start = 0;
    this.end = 0;
  }

  #giveBack(): void {
    if (this.#borrowed === undefined) return;
    this.#pool.give(this.#borrowed);
    this.#borrowed = undefined;
  }
}
