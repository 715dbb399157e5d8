import { avalanche } from '../../../servers/random/murmur3.ts';
import { type StreamKey, type StreamPurpose, seedOf } from '../../../servers/random/streams.ts';

/** Arbitrary words that separate the hash inputs: 2^32 divided by the golden ratio, its double and its triple. */
const CONNECTION = 0x9e3779b9;
const SEQUENCE = 0x3c6ef372;
const INDEX = 0xdaa66d2b;

/**
 * Random numbers of requests. They depend only on a request's connection and sequence number, so that nothing must be
 * stored between a request and its reply, and a seed gives the same requests to slow and fast servers.
 */
export class RequestDraws {
  readonly #seed: number;

  constructor(purpose: StreamPurpose, streamKey: StreamKey) {
    this.#seed = seedOf(purpose, streamKey);
  }

  /** Returns 32 random bits of a request, signed. @param index selects one of its random numbers. */
  bits(connection: number, sequence: number, index: number): number {
    const stream = avalanche(this.#seed ^ avalanche(connection ^ CONNECTION));
    const request = avalanche(stream ^ avalanche(sequence ^ SEQUENCE));
    return index === 0 ? request : avalanche(request ^ avalanche(index ^ INDEX));
  }
}
