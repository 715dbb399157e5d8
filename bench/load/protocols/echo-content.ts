import { type StreamKey, streamOf } from '../../../servers/random/streams.ts';
import { copyBytes, equalBytes } from './bytes.ts';

/** Length of the header of a message: a mark, then the sequence number, 4 bytes each. */
export const HEADER_BYTES = 8;
/** 2^32 divided by the golden ratio: multiplying by it spreads neighbouring numbers far apart (Knuth, TAOCP 6.4). */
const SPREAD = 0x9e3779b1;
/** Up to this size messages are compared as doubles, eight bytes a step; beyond, by memcmp(3). */
const MAX_COMPARED = 512;
/** Up to this size messages are copied as doubles: a copy of a part by memcpy(3) makes a view object. */
const MAX_COPIED = 16_384;
/** Lowest of the 64 characters of a text header: they are visible ASCII. */
const TEXT_DIGIT = 0x30;

/**
 * Returns the number of the connection of a complete message in memory.
 * @param words the memory. @param at byte offset of the message, a multiple of 4.
 */
export function connectionIn(words: Int32Array, at: number): number {
  return (words[at >> 2] as number) ^ Math.imul(sequenceIn(words, at), SPREAD);
}

/** Returns the sequence number of such a message on its connection. */
export function sequenceIn(words: Int32Array, at: number): number {
  return words[(at >> 2) + 1] as number;
}

/** The encoding of messages. */
export interface EchoForm {
  /** True when a message must be text: its header then has 6 bits in each byte. */
  readonly text?: boolean;
  /** XORed with the bytes that are written, four at a time, the lowest byte first (RFC 6455 §5.3). Default: 0. */
  readonly mask?: number;
}

/**
 * Content of messages to an echo server: a header that is unique to the message, then random letters. The mark
 * combines connection and sequence number, so that damage to either is detected. The letters do not repeat, so a reply
 * with bytes lost, added or moved does not match. A message is cut to its size; below 8 bytes the header is cut too.
 */
export class EchoContent {
  readonly #text: boolean;
  readonly #mask: number;
  readonly #letters: Buffer;
  readonly #doubles: Float64Array;
  /** The letters, masked. */
  readonly #written: Buffer;
  readonly #writtenDoubles: Float64Array;
  // Views of the engine's two buffers.
  readonly #out = new AlignedView();
  readonly #in = new AlignedView();

  /** @param largest maximum size of a message, in bytes. */
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
    const mark = connection ^ Math.imul(sequence, SPREAD);
    if (size <= MAX_COPIED && this.#isQuick(at, size) && this.#out.covers(out)) {
      this.#writeDoubles(this.#out, at, size, mark, sequence);
      return size;
    }
    copyBytes(this.#written, size, out, at);
    this.writeHeader(out, at, size, connection, sequence);
    return size;
  }

  /** Writes the header of a message of `size` bytes, whose letters are at `at` already. */
  writeHeader(out: Uint8Array, at: number, size: number, connection: number, sequence: number): void {
    const mark = connection ^ Math.imul(sequence, SPREAD);
    if ((at & 3) === 0 && size >= HEADER_BYTES && !this.#text && this.#out.covers(out)) {
      const { words } = this.#out;
      words[at >> 2] = mark ^ this.#mask;
      words[(at >> 2) + 1] = sequence ^ this.#mask;
      return;
    }
    const header = Math.min(size, HEADER_BYTES);
    for (let i = 0; i < header; i++) {
      out[at + i] = this.#headerByte(i, i < 4 ? mark : sequence) ^ this.#maskByte(i);
    }
  }

  /**
   * Compares the `length` bytes at `at` with bytes `from` to `from + length` of the expected reply.
   * @returns the number of equal bytes before the first difference.
   */
  equal(bytes: Uint8Array, at: number, from: number, length: number, connection: number, sequence: number): number {
    const mark = connection ^ Math.imul(sequence, SPREAD);
    const isQuick =
      from === 0 && length <= MAX_COMPARED && this.#isQuick(at | length, length) && this.#in.covers(bytes);
    if (isQuick && this.#equalDoubles(this.#in, at, length, mark, sequence)) return length;
    const headerEnd = Math.min(from + length, HEADER_BYTES);
    let i = from;
    for (; i < headerEnd; i++) {
      if (bytes[at + i - from] !== this.#headerByte(i, i < 4 ? mark : sequence)) return i - from;
    }
    if (i === from + length) return length;
    return i - from + equalBytes(bytes, at + i - from, this.#letters, i, from + length - i);
  }

  /** Returns the message of a request, with all letters: cut it to its size. Valid until the next call. */
  message(connection: number, sequence: number): Buffer {
    const mark = connection ^ Math.imul(sequence, SPREAD);
    // The first letters are never compared: a header precedes the others.
    for (let i = 0; i < HEADER_BYTES; i++) this.#letters[i] = this.#headerByte(i, i < 4 ? mark : sequence);
    return this.#letters;
  }

  /** Reports whether doubles can be used: the header is complete and binary, and the position is a multiple of 8. */
  #isQuick(at: number, size: number): boolean {
    return (at & 7) === 0 && size >= HEADER_BYTES && !this.#text;
  }

  #writeDoubles({ words, doubles }: AlignedView, at: number, size: number, mark: number, sequence: number): void {
    const letters = this.#writtenDoubles;
    // The letters are padded: a last incomplete double is written byte by byte.
    const whole = size >> 3;
    const to = at >> 3;
    for (let i = 1; i < whole; i++) doubles[to + i] = letters[i] as number;
    words[at >> 2] = mark ^ this.#mask;
    words[(at >> 2) + 1] = sequence ^ this.#mask;
    if ((size & 7) === 0) return;
    const bytes = this.#out.bytes;
    for (let i = whole << 3; i < size; i++) bytes[at + i] = this.#written[i] as number;
  }

  #equalDoubles({ words, doubles }: AlignedView, at: number, length: number, mark: number, sequence: number): boolean {
    if (words[at >> 2] !== mark || words[(at >> 2) + 1] !== (sequence | 0)) return false;
    // Letters make neither NaN nor zero, so equal doubles are equal bytes.
    const letters = this.#doubles;
    const to = at >> 3;
    const end = length >> 3;
    for (let i = 1; i < end; i++) if (doubles[to + i] !== letters[i]) return false;
    return true;
  }

  #headerByte(i: number, word: number): number {
    if (this.#text) return TEXT_DIGIT + ((word >>> ((i & 3) * 6)) & 63);
    return (word >>> ((i & 3) * 8)) & 0xff;
  }

  #maskByte(i: number): number {
    return (this.#mask >>> ((i & 3) * 8)) & 0xff;
  }
}

/** The memory of a buffer as words and doubles. The views are created when the buffer is passed for the first time. */
class AlignedView {
  bytes = new Uint8Array(0);
  words = new Int32Array(0);
  doubles = new Float64Array(0);
  #isAligned = true;

  /** Makes this the view of a buffer. @returns false when the buffer does not begin at a multiple of 8. */
  covers(bytes: Uint8Array): boolean {
    if (bytes !== this.bytes) this.#view(bytes);
    return this.#isAligned;
  }

  #view(bytes: Uint8Array): void {
    this.bytes = bytes as Uint8Array<ArrayBuffer>;
    this.#isAligned = (bytes.byteOffset & 7) === 0;
    if (!this.#isAligned) return;
    this.words = new Int32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength >> 2);
    this.doubles = new Float64Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength >> 3);
  }
}
