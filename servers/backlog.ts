import type { NativeMemory } from '../sockets/memory.ts';
import type { MemoryPool } from './memory-pool.ts';

const NOTHING = new Uint8Array(0);

/**
 * What a conversation has yet to send: in memory that it borrows from its loop's pool, or that another one keeps. When
 * nothing is left, nothing is borrowed.
 */
export class Backlog {
  /** What is left lies from `start` to `end` of it. */
  memory: NativeMemory | undefined;
  start = 0;
  end = 0;
  readonly #pool: MemoryPool;
  #borrowed: NativeMemory | undefined;

  constructor(pool: MemoryPool) {
    this.#pool = pool;
  }

  /** Bytes that are left. */
  get length(): number {
    return this.end - this.start;
  }

  /** Does it hold memory of the pool? */
  get borrows(): boolean {
    return this.#borrowed !== undefined;
  }

  /** Puts bytes in place of all that was left, without a copy: they stay as they are until they have been sent. */
  refer(memory: NativeMemory, start: number, end: number): void {
    if (memory !== this.#borrowed) this.#giveBack();
    this.memory = memory;
    this.start = start;
    this.end = end;
  }

  /** Puts a copy of bytes behind what is left. They may not lie in memory that this backlog borrows. */
  keep(bytes: Uint8Array, start: number, end: number): void {
    const kept = this.length;
    const needed = kept + end - start;
    const old = this.#borrowed;
    // Where there is room behind what is left, that need not be moved.
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

  /** Copies what is left, from where another one may change it. */
  own(): void {
    this.keep(NOTHING, 0, 0);
  }

  /** So many bytes were sent. */
  advance(bytes: number): void {
    this.start += bytes;
    if (this.start === this.end) this.clear();
  }

  /** Nothing is left: the pool has its memory back. */
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
