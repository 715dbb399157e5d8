import { lengthBytes, type ReplyEnd } from './reply-end.ts';

/** Finds the ends of the replies of one exchange. The caller keeps the state of a connection: two numbers. */
export class ReplyLength {
  /**
   * State of the search for the end: number of matching bytes of the delimiter, or value of the length so far. Starts
   * at 0.
   */
  progress = 0;
  /** True when the bytes that were scanned contain the end of the reply. */
  ended = false;
  readonly #delimiter: Uint8Array | undefined;
  /**
   * For each number of matching bytes, the number that still match when the next one differs (Knuth, Morris, Pratt).
   */
  readonly #fallback: Uint16Array;
  /** True when a reply is all bytes that were received together. */
  readonly #isDatagram: boolean;
  /** Bytes of a reply of known length; Infinity for others. */
  readonly #count: number;
  /** Position of the length field. */
  readonly #from: number;
  readonly #to: number;
  readonly #littleEndian: boolean;

  constructor(end: ReplyEnd) {
    this.#delimiter = end.kind === 'until' ? end.delimiter : undefined;
    this.#fallback = fallbackOf(this.#delimiter ?? new Uint8Array(0));
    this.#isDatagram = end.kind === 'datagram';
    this.#count = end.kind === 'bytes' ? end.count : Number.POSITIVE_INFINITY;
    this.#from = end.kind === 'length' ? end.at : 0;
    this.#to = end.kind === 'length' ? end.at + lengthBytes(end.form) : 0;
    this.#littleEndian = end.kind === 'length' && end.form.endsWith('le');
  }

  /**
   * Scans bytes of a reply after its first `received` bytes. @param expected length of the reply when it ends where the
   * expected one does. @returns the number of bytes that belong to it.
   */
  scan(bytes: Uint8Array, at: number, end: number, received: number, expected: number): number {
    if (this.#delimiter !== undefined) return this.#scanDelimiter(this.#delimiter, bytes, at, end);
    if (this.#isDatagram) {
      this.ended = true;
      return end - at;
    }
    const total = this.#to > 0 ? this.#totalOf(bytes, at, end, received) : Math.min(this.#count, expected);
    const length = Math.min(end - at, total - received);
    this.ended = received + length === total;
    return length;
  }

  #scanDelimiter(delimiter: Uint8Array, bytes: Uint8Array, at: number, end: number): number {
    const first = delimiter[0];
    let matching = this.progress;
    let next = at;
    this.ended = false;
    while (next < end && matching < delimiter.length) {
      if (matching === 0) {
        while (next < end && bytes[next] !== first) next++;
        if (next === end) break;
      }
      while (matching > 0 && bytes[next] !== delimiter[matching]) matching = this.#fallback[matching] as number;
      if (bytes[next] === delimiter[matching]) matching++;
      next++;
    }
    this.progress = matching;
    this.ended = matching === delimiter.length;
    return next - at;
  }

  /** Returns the length of the complete reply; Infinity until its length field was received. */
  #totalOf(bytes: Uint8Array, at: number, end: number, received: number): number {
    for (let i = Math.max(this.#from, received); i < this.#to && at + i - received < end; i++) {
      const byte = bytes[at + i - received] as number;
      if (this.#littleEndian) this.progress += byte * 256 ** (i - this.#from);
      else this.progress = this.progress * 256 + byte;
    }
    return received + end - at < this.#to ? Number.POSITIVE_INFINITY : this.#to + this.progress;
  }
}

function fallbackOf(delimiter: Uint8Array): Uint16Array {
  const fallback = new Uint16Array(delimiter.length + 1);
  let matching = 0;
  for (let i = 1; i < delimiter.length; i++) {
    while (matching > 0 && delimiter[i] !== delimiter[matching]) matching = fallback[matching] as number;
    if (delimiter[i] === delimiter[matching]) matching++;
    fallback[i + 1] = matching;
  }
  return fallback;
}
