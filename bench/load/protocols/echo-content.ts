import { type StreamKey, streamOf } from '../../../servers/random/streams.ts';
import { copyBytes, equalBytes } from './bytes.ts';

/** Length of the header of a message: a mark, then the sequence number, 4 bytes each. */
const HEADER_BYTES = 8;
/** 2^32 divided by the golden ratio: multiplying by it spreads neighbouring numbers far apart (Knuth, TAOCP 6.4). */
const SPREAD = 0x9e3779b1;
/** Up to this size messages are copied and compared as doubles, eight bytes a step; beyond, by memcpy(3) and memcmp(3). */
const MOST_DOUBLE_BYTES = 512;
/** Lowest of the 64 characters of a text header: they are visible ASCII. */
const TEXT_DIGIT = 0x30;

/** How messages are written. */
export interface EchoForm {
  /** True when a message must be text: then its header has 6 bits in each byte. */
  readonly text?: boolean;
  /** XORed with the bytes that are written, four at a time, the lowest byte first (RFC 6455 §5.3). Default: 0. */
  readonly mask?: number;
}

/**
 * Content of messages that a server sends back: a header that is unique to the message, then random letters. The mark
 * combines connection and sequence number, so that damage to either is detected. The letters do not repeat, so a reply
 * with bytes lost, added or moved does not match. A message is cut to its size; below 8 bytes the header is cut too.
 */
export class EchoContent {
  readonly #text: boolean;
  readonly #mask: number;
  readonly #letters: Buffer;
  readonly #doubles: Float64Array;
  /** Letters as they are written: masked. */
  readonly #written: Buffer;
  readonly #writtenDoubles: Float64Array;
  // Views of the engine's two buffers, made when they are seen for the first time.
  #out: Uint8Array | undefined;
  #outDoubles: Float64Array | undefined;
  #in: Uint8Array | undefined;
  #inDoubles: Float64Array | undefined;

  /** @param largest most bytes of a message. */
  constructor(largest: number, streamKey: StreamKey, { text = false, mask = 0 }: EchoForm = {}) {
    this.#text = text;
    this.#mask = mask;
    const random = streamOf('payload', streamKey);
    const padded = Math.ceil(largest / 8) * 8;
    const letters = Uint8Array.from({ length: padded }, () => 97 + Math.floor(random() * 26));
    const written = letters.map((letter, i) => letter ^ this.#maskByte(i));
    this.#letters = Buffer.from(letters.buffer);
    this.#doubles = new Float64Array(letters.buffer);
    this.#written = Buffer.from(written.buffer);
    this.#writtenDoubles = new Float64Array(written.buffer);
  }

  /** Writes a message of `size` bytes at `at`. @returns `size`. */
  write(out: Uint8Array, at: number, size: number, connection: number, sequence: number): number {
    if (size > MOST_DOUBLE_BYTES || (at & 7) !== 0) copyBytes(this.#written, size, out, at);
    else this.#writeDoubles(out, at, size);
    const header = Math.min(size, HEADER_BYTES);
    const mark = connection ^ Math.imul(sequence, SPREAD);
    for (let i = 0; i < header; i++) {
      out[at + i] = this.#headerByte(i, i < 4 ? mark : sequence) ^ this.#maskByte(i);
    }
    return size;
  }

  /**
   * Compares the `length` bytes at `at` with bytes `from` to `from + length` of a message as it comes back.
   * @returns how many are equal, before the first difference.
   */
  equal(bytes: Uint8Array, at: number, from: number, length: number, connection: number, sequence: number): number {
    const mark = connection ^ Math.imul(sequence, SPREAD);
    const headerEnd = Math.min(from + length, HEADER_BYTES);
    let i = from;
    for (; i < headerEnd; i++) {
      if (bytes[at + i - from] !== this.#headerByte(i, i < 4 ? mark : sequence)) return i - from;
    }
    if (i === from + length) return length;
    return i - from + this.#equalLetters(bytes, at + i - from, i, from + length - i);
  }

  #equalLetters(bytes: Uint8Array, at: number, from: number, length: number): number {
    if (length > MOST_DOUBLE_BYTES || ((at | from | length) & 7) !== 0) {
      return equalBytes(bytes, at, this.#letters, from, length);
    }
    if (bytes !== this.#in) {
      this.#in = bytes;
      this.#inDoubles = doublesOf(bytes);
    }
    const doubles = this.#inDoubles;
    if (doubles === undefined) return equalBytes(bytes, at, this.#letters, from, length);
    // Letters make neither NaN nor zero, so equal doubles are equal bytes.
    const letters = this.#doubles;
    const end = (from + length) >> 3;
    const shift = (at - from) >> 3;
    for (let i = from >> 3; i < end; i++) {
      if (doubles[i + shift] !== letters[i]) return equalBytes(bytes, at, this.#letters, from, length);
    }
    return length;
  }

  #writeDoubles(out: Uint8Array, at: number, size: number): void {
    if (out !== this.#out) {
      this.#out = out;
      this.#outDoubles = doublesOf(out);
    }
    const doubles = this.#outDoubles;
    if (doubles === undefined) {
      copyBytes(this.#written, size, out, at);
      return;
    }
    const letters = this.#writtenDoubles;
    const whole = size >> 3;
    for (let i = 0; i < whole; i++) doubles[(at >> 3) + i] = letters[i] as number;
    for (let i = whole << 3; i < size; i++) out[at + i] = this.#written[i] as number;
  }

  #headerByte(i: number, word: number): number {
    if (this.#text) return TEXT_DIGIT + ((word >>> ((i & 3) * 6)) & 63);
    return (word >>> ((i & 3) * 8)) & 0xff;
  }

  #maskByte(i: number): number {
    return (this.#mask >>> ((i & 3) * 8)) & 0xff;
  }
}

/** Returns the same memory as doubles; undefined when it does not begin at a multiple of 8. */
function doublesOf(bytes: Uint8Array): Float64Array | undefined {
  if ((bytes.byteOffset & 7) !== 0) return undefined;
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 3);
}
