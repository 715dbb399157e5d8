import { avalanche } from '../../../servers/random/murmur3.ts';
import { type StreamKey, seedOf } from '../../../servers/random/streams.ts';
import { isFixedSize, largestSize, type MessageSizes } from '../../model/message-sizes.ts';

const TWO_32 = 2 ** 32;
/** Arbitrary words that separate the hash inputs: 2^32 divided by the golden ratio, its double and its triple. */
const CONNECTION = 0x9e3779b9;
const SEQUENCE = 0x3c6ef372;
const PLACE = 0xdaa66d2b;

/**
 * Determines the length of each request. With mixed sizes, a request's size follows from its connection and sequence
 * number alone, so neither side needs to remember it.
 */
export class MessageSize {
  /** The size of all requests; 0 when they differ. */
  readonly fixed: number;
  readonly largest: number;
  readonly #from: Float64Array;
  readonly #span: Float64Array;
  /** Upper limit of the random number for which each range is chosen. */
  readonly #limits: Float64Array;

  /** Seed of the hash of a request's connection and sequence number. */
  readonly #seed: number;

  /** @param streamKey determines the sizes. */
  constructor(sizes: MessageSizes, streamKey: StreamKey) {
    this.#seed = seedOf('message sizes', streamKey);
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

  /** Returns the bytes of a connection's request of that sequence number. */
  of(connection: number, sequence: number): number {
    if (this.fixed !== 0) return this.fixed;
    // Each word is mixed before they are combined. Otherwise two connections would have the same sizes in another
    // order.
    const stream = avalanche(this.#seed ^ avalanche(connection ^ CONNECTION));
    const choice = avalanche(stream ^ avalanche(sequence ^ SEQUENCE)) >>> 0;
    const place = avalanche(choice ^ PLACE) >>> 0;
    let range = 0;
    while (range < this.#limits.length - 1 && choice / TWO_32 >= (this.#limits[range] as number)) range++;
    return (this.#from[range] as number) + Math.floor((place / TWO_32) * (this.#span[range] as number));
  }
}
