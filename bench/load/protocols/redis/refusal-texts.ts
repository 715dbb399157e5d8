/** Maximum number of bytes that are kept of an error reply. */
const MAX_BYTES = 120;

/** The beginning of the last error reply of each connection. Allocates memory at the first error only. */
export class RefusalTexts {
  readonly #connections: number;
  #bytes: Uint8Array | undefined;
  readonly #lengths: Uint8Array;

  constructor(connections: number) {
    this.#connections = connections;
    this.#lengths = new Uint8Array(connections);
  }

  start(c: number): void {
    this.#bytes ??= new Uint8Array(this.#connections * MAX_BYTES);
    this.#lengths[c] = 0;
  }

  add(c: number, bytes: Uint8Array, at: number, end: number): void {
    const length = this.#lengths[c] as number;
    const added = Math.min(MAX_BYTES - length, end - at);
    if (this.#bytes === undefined) return;
    for (let i = 0; i < added; i++) this.#bytes[c * MAX_BYTES + length + i] = bytes[at + i] as number;
    this.#lengths[c] = length + added;
  }

  /** Returns the kept bytes of a connection. */
  of(c: number): Uint8Array {
    const at = c * MAX_BYTES;
    return this.#bytes?.subarray(at, at + (this.#lengths[c] as number)) ?? new Uint8Array(0);
  }
}
