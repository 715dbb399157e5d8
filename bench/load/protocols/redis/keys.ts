import { writeDigits } from '../bytes.ts';
import { RequestDraws } from '../request-draws.ts';
import type { ProtocolScope } from '../scope.ts';
import { Zipf } from './zipf.ts';

const TWO_32 = 2 ** 32;
/** Key numbers fit 32-bit integers, which V8 need not allocate. */
const MAX_KEYS = 2 ** 31;
/** Keys have a prefix and 12 digits, like those of redis-benchmark. */
const PREFIX = Buffer.from('key:');
const DIGITS = 12;
/** Maximum number of draws for one key; then the first one is used. A draw is rejected with a probability below 1/3. */
const MAX_DRAWS = 64;

/** The keys of requests, and their distribution. Plain data. */
export interface KeySpace {
  /** Number of keys: 1 to 2^31. */
  readonly count: number;
  /** Exponent of Zipf's distribution, above 0; undefined when all keys are equally likely. */
  readonly zipf?: number;
}

/** Draws keys and writes them. */
export class Keys {
  static readonly BYTES = PREFIX.length + DIGITS;
  readonly #count: number;
  readonly #zipf: Zipf | undefined;
  readonly #draws: RequestDraws;
  readonly #firstConnection: number;

  /** @throws {RangeError} when the number of keys, or the exponent, is out of range. */
  constructor({ count, zipf }: KeySpace, { streamKey, firstConnection }: ProtocolScope) {
    if (!(Number.isInteger(count) && count >= 1 && count <= MAX_KEYS)) {
      throw new RangeError(`there may be 1 to ${MAX_KEYS} keys, not ${count}`);
    }
    if (zipf !== undefined && !(zipf > 0 && zipf <= 10)) {
      throw new RangeError(`the exponent of Zipf's distribution is above 0 and at most 10, not ${zipf}`);
    }
    this.#count = count;
    this.#zipf = zipf === undefined ? undefined : new Zipf(count, zipf);
    this.#draws = new RequestDraws('request keys', streamKey);
    this.#firstConnection = firstConnection;
  }

  /** Writes key number `index` of a request. @returns its length. */
  write(c: number, sequence: number, index: number, out: Uint8Array, at: number): number {
    for (let i = 0; i < PREFIX.length; i++) out[at + i] = PREFIX[i] as number;
    writeDigits(this.of(c, sequence, index), DIGITS, out, at + PREFIX.length);
    return Keys.BYTES;
  }

  /** Returns key number `index` of a request, from 0; with Zipf's distribution 0 is the most frequent one. */
  of(c: number, sequence: number, index: number): number {
    const connection = this.#firstConnection + c;
    const zipf = this.#zipf;
    if (zipf === undefined) {
      return (((this.#draws.bits(connection, sequence, index) >>> 0) / TWO_32) * this.#count) | 0;
    }
    for (let draw = 0; draw < MAX_DRAWS; draw++) {
      const key = zipf.item(this.#draws.bits(connection, sequence, index * MAX_DRAWS + draw));
      if (key >= 0) return key;
    }
    return 0;
  }
}
