import { NativeMemory } from '../sockets/memory.ts';

/** The least memory that a backlog takes for itself, in bytes. */
const LEAST_MEMORY = 65_536;
const NOTHING = new Uint8Array(0);

/** What a conversation has yet to send: in memory of its own, or where somebody else keeps it. */
export class Backlog {
  /** What is left lies from `start` to `end` of it. */
  memory: NativeMemory | undefined;
  start = 0;
  end = 0;
  #own: NativeMemory | undefined;

  /** Bytes that are left. */
  get length(): number {
    return this.end - this.start;
  }

  /** Puts bytes in place of all that was left, without a copy: they stay as they are until they have been sent. */
  refer(memory: NativeMemory, start: number, end: number): void {
    this.memory = memory;
    this.start = start;
    this.end = end;
  }

  /** Puts a copy of bytes behind what is left. */
  keep(bytes: Uint8Array, start: number, end: number): void {
    const kept = this.length;
    const needed = kept + end - start;
    const old = this.#own;
    // Where there is room behind what is left, that need not be moved.
    if (old !== undefined && this.memory === old && kept > 0 && this.end + end - start <= old.size) {
      old.bytes.set(bytes.subarray(start, end), this.end);
      this.end += end - start;
      return;
    }
    const own =
      old === undefined || old.size < needed ? new NativeMemory(Math.max(needed, LEAST_MEMORY, 2 * kept)) : old;
    if (this.memory !== undefined && kept > 0) own.bytes.set(this.memory.bytes.subarray(this.start, this.end));
    if (old !== own) old?.free();
    own.bytes.set(bytes.subarray(start, end), kept);
    this.#own = own;
    this.refer(own, 0, needed);
  }

  /** Copies what is left, from where somebody else may change it. */
  own(): void {
    this.keep(NOTHING, 0, 0);
  }

  /** Nothing is left. */
  clear(): void {
    this.start = 0;
    this.end = 0;
  }

  /** Gives back the memory of its own. */
  free(): void {
    this.#own?.free();
    this.#own = undefined;
    this.memory = undefined;
    this.clear();
  }
}
