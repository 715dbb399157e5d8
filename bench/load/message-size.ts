import { isFixedSize, largestSize, type MessageSizes } from '../model/message-sizes.ts';

const TWO_32 = 2 ** 32;

/**
 * How long each request is. Where sizes are mixed, a request's size follows from its connection and sequence number
 * alone, so that neither end of it has to be remembered.
 */
export class MessageSize {
  /** The size of all requests; 0 when they differ. */
  readonly fixed: number;
  readonly largest: number;
  readonly #from: Float64Array;
  readonly #span: Float64Array;
  /** Up to which random number each range is chosen. */
  readonly #limits: Float64Array;

  constructor(sizes: MessageSizes) {
    this.largest = largestSize(sizes);
    this.fixed = isFixedSize(sizes) ? this.largest : 0;
    this.#from = Float64Array.from(sizes, ({ from }) => from);
    this.#span = Float64Array.from(sizes, ({ from, to }) => to - from + 1);
    let sum = 0;
    this.#limits = Float64Array.from(sizes, ({ share }) => {
      sum += share;
      return sum;
    });
  }

  /** Bytes of a connection's request of that sequence number. */
  of(connection: number, sequence: number): number {
    if (this.fixed !== 0) return this.fixed;
    const choice = scramble(Math.imul(connection, 0x9e3779b1) ^ sequence);
    const place = scramble(choice ^ 0x85ebca6b);
    let range = 0;
    while (range < this.#limits.length - 1 && choice / TWO_32 >= (this.#limits[range] as number)) range++;
    return (this.#from[range] as number) + Math.floor((place / TWO_32) * (this.#span[range] as number));
  }
}

/** 32 bits of which each depends on all of the input: the finalizer of MurmurHash3, Austin Appleby, public domain. */
function scramble(bits: number): number {
  let mixed = bits;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
