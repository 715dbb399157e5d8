import { NativeMemory } from '../sockets/memory.ts';

/** Bytes that never change, where the kernel can take them: each copied once, when it is first asked for. */
export class NativeCopies {
  readonly #copies = new Map<Uint8Array, NativeMemory>();

  /** The bytes' copy: `bytes[i]` is at offset i. Valid until {@link free}. */
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
