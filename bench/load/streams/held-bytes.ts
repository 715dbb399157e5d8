/** What a connection holds: bytes that the kernel did not take at once, and that cannot be made again. */
export interface Held {
  readonly bytes: Buffer;
  /** Where requests begin in them that are not sent: those of which the kernel took nothing. In ascending order. */
  readonly starts: readonly number[];
}

const NOTHING: Held = { bytes: Buffer.alloc(0), starts: [] };

/** The bytes that connections hold. Few connections ever hold any. */
export class HeldBytes {
  readonly #held = new Map<number, Held>();

  /** Number of connections that hold bytes. */
  get count(): number {
    return this.#held.size;
  }

  has(c: number): boolean {
    return this.#held.has(c);
  }

  /** Appends a copy of bytes to what a connection holds. @returns the number of bytes that it holds. */
  append(c: number, bytes: Uint8Array, starts: readonly number[] = []): number {
    const before = this.#held.get(c) ?? NOTHING;
    const all = Buffer.concat([before.bytes, bytes]);
    const shifted = starts.map((start) => start + before.bytes.length);
    this.#held.set(c, { bytes: all, starts: [...before.starts, ...shifted] });
    return all.length;
  }

  /** Removes what a connection holds. @returns it. */
  take(c: number): Held {
    const held = this.#held.get(c) ?? NOTHING;
    this.#held.delete(c);
    return held;
  }
}
