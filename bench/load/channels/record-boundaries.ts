/** Type, version and length of a record: RFC 8446 §5.1. */
const HEADER_BYTES = 5;
/** The length is in the last two bytes of the header. */
const LENGTH_AT = 3;

/**
 * Follows where TLS records end in the received bytes of each connection. So the number of reads that return data is
 * known, and the read that would find nothing can be saved: it costs two calls for each reply.
 */
export class RecordBoundaries {
  /** Bytes received of the current header. */
  readonly #header: Uint8Array;
  /** Within a header, its length as far as it was received; then, the missing bytes of the record. */
  readonly #left: Uint16Array;

  constructor(connections: number) {
    this.#header = new Uint8Array(connections);
    this.#left = new Uint16Array(connections);
  }

  /** A stream begins. */
  reset(c: number): void {
    this.#header[c] = 0;
    this.#left[c] = 0;
  }

  /** Follows received bytes. @returns the number of records that end in them. */
  follow(c: number, bytes: Uint8Array, at: number, end: number): number {
    let header = this.#header[c] as number;
    let left = this.#left[c] as number;
    let ended = 0;
    for (let next = at; next < end; ) {
      if (header < HEADER_BYTES) {
        if (header >= LENGTH_AT) left = (left << 8) | (bytes[next] as number);
        header++;
        next++;
      } else {
        const taken = Math.min(left, end - next);
        next += taken;
        left -= taken;
      }
      if (header === HEADER_BYTES && left === 0) {
        ended++;
        header = 0;
      }
    }
    this.#header[c] = header;
    this.#left[c] = left;
    return ended;
  }

  /** Reports whether the received bytes end with a record. */
  isBetween(c: number): boolean {
    return this.#header[c] === 0;
  }
}
