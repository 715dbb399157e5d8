import { type EchoContent, HEADER_BYTES } from '../echo-content.ts';
import { maskByte } from './frame.ts';
import { LetterBlock } from './letter-block.ts';
import { fixedLetters, shortLetters } from './letter-codes.ts';

/** Length of the header of a stored block: type, length and its complement. */
const STORED_HEAD = 5;
/** Largest message whose letters are written in fixed codes. In larger ones zlib, too, defines codes (level 6). */
const MAX_FIXED = 63;

/**
 * The messages of {@link EchoContent}, compressed and masked. A message is a DEFLATE stream without back-references: its
 * header in a stored block, and its letters in a block with Huffman codes, which is compressed in advance. Sending costs
 * little more than uncompressed. The server has to decode each letter, and the codes of a message that is not short, as
 * of any other stream.
 */
export class DeflatedContent {
  /** Maximum length of a compressed message, in bytes. */
  readonly longest: number;
  readonly #content: EchoContent;
  readonly #mask: number;
  readonly #short: LetterBlock;
  readonly #long: LetterBlock;

  /** @param largest maximum size of a message, in bytes. @param mask as that of the content. */
  constructor(content: EchoContent, largest: number, mask: number) {
    this.#content = content;
    this.#mask = mask;
    const letters = content.message(0, 0).subarray(HEADER_BYTES, Math.max(HEADER_BYTES, largest));
    const shift = ((STORED_HEAD + HEADER_BYTES) & 3) * 8;
    const shifted = (mask >>> shift) | (mask << (32 - shift));
    this.#short = new LetterBlock(fixedLetters, letters.subarray(0, MAX_FIXED - HEADER_BYTES), shifted);
    this.#long = new LetterBlock(shortLetters, letters, shifted);
    this.longest = Math.max(this.lengthOf(largest), this.lengthOf(Math.min(largest, MAX_FIXED)));
  }

  /** Returns the length of a compressed message of `size` bytes. */
  lengthOf(size: number): number {
    if (size <= HEADER_BYTES) return STORED_HEAD + size + 1;
    return STORED_HEAD + HEADER_BYTES + this.#blockOf(size).lengthOf(size - HEADER_BYTES);
  }

  /** Writes a compressed message at `at`. @param size that of the message. @returns bytes written. */
  write(out: Uint8Array, at: number, size: number, connection: number, sequence: number): number {
    const mask = this.#mask;
    const message = this.#content.message(connection, sequence);
    const header = Math.min(size, HEADER_BYTES);
    out[at] = maskByte(mask, 0);
    out[at + 1] = header ^ maskByte(mask, 1);
    out[at + 2] = maskByte(mask, 2);
    out[at + 3] = header ^ 0xff ^ maskByte(mask, 3);
    out[at + 4] = 0xff ^ maskByte(mask, 4);
    for (let i = 0; i < header; i++) {
      out[at + STORED_HEAD + i] = (message[i] as number) ^ maskByte(mask, STORED_HEAD + i);
    }
    const length = STORED_HEAD + header;
    if (size > HEADER_BYTES) return length + this.#blockOf(size).write(out, at + length, size - HEADER_BYTES);
    // The header of the empty stored block, the rest of which is removed: RFC 7692 §7.2.1.
    out[at + length] = maskByte(mask, length);
    return length + 1;
  }

  #blockOf(size: number): LetterBlock {
    return size <= MAX_FIXED ? this.#short : this.#long;
  }
}
