import { NativeMemory } from '../../sockets/memory/memory.ts';

/** Copies of constant bytes in memory that system calls can use. Each is copied once, on first use. */
export class NativeCopies {
  readonly #copies = new Map<Uint8Array, NativeMemory>();

  /** Returns the copy of the bytes: `bytes[i]` is at offset i. Valid until {@link free}. */
  of(bytes: Uint8Array): NativeMemory {
    let copy = this.#copies.get(bytes);
    if (copy === undefined) {
      copy = new NativeMemory(bytes.length);
      copy.bytes.set(bytes);
      this.#copies.set(bytes, copy);
    }
    return copy;
  }

  free(): void {
    for (const copy of this.#copies.values()) copy.free();
    this.#copies.clear();
  }
}
