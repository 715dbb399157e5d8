/** Bytes that the kernel did not take at once, and that cannot be encoded again: few connections ever hold any. */
export class HeldBytes {
  readonly #held = new Map<number, Buffer>();

  /** Number of connections that hold bytes. */
  get count(): number {
    return this.#held.size;
  }

  has(c: number): boolean {
    return this.#held.has(c);
  }

  /** Appends a copy of bytes to what a connection holds. @returns the number of bytes that it holds. */
  append(c: number, bytes: Uint8Array): number {
    const all = Buffer.concat([this.#held.get(c) ?? Buffer.alloc(0), bytes]);
    this.#held.set(c, all);
    return all.length;
  }

  /** Removes what a connection holds. @returns it; empty when it holds nothing. */
  take(c: number): Buffer {
    const bytes = this.#held.get(c);
    if (bytes === undefined) return Buffer.alloc(0);
    this.#held.delete(c);
    return bytes;
  }
}
