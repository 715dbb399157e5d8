/** A resource that its owner must free: neither the garbage collector nor the end of a thread does. */
type Part = { free(): void } | { close(): void };

/**
 * Collects the parts of an object under construction. A constructor that throws returns no object, so nothing else
 * could free the parts that exist already:
 *
 *     const parts = new Parts();
 *     try {
 *       this.#inbox = parts.own(new NativeMemory(size));
 *       this.#outbox = parts.own(new NativeMemory(size));
 *     } catch (error) {
 *       parts.free();
 *       throw error;
 *     }
 */
export class Parts {
  readonly #owned: Part[] = [];

  /** Adds a part. @returns the part itself. */
  own<P extends Part>(part: P): P {
    this.#owned.push(part);
    return part;
  }

  /** Frees or closes all parts, the last one first. */
  free(): void {
    for (let part = this.#owned.pop(); part !== undefined; part = this.#owned.pop()) {
      if ('free' in part) part.free();
      else part.close();
    }
  }
}
