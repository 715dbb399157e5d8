import { TYPE_DYNAMIC, TYPE_FIXED } from './deflate-alphabets.ts';

/** A number, and the number of bits that it is written in, the lowest first. */
export type BitField = readonly [value: number, bits: number];

/** A Huffman code of DEFLATE in which the codes of all lower-case letters have one length, and are consecutive. */
export interface LetterCode {
  /** The beginning of a block in this code. */
  readonly head: readonly BitField[];
  /** Length of the code of a letter, in bits. */
  readonly letterBits: number;
  readonly codeOfA: number;
  /** The code of the end of a block. It reads the same from both ends. */
  readonly end: BitField;
}

/** The code that DEFLATE itself defines: RFC 1951 §3.2.6. */
export const fixedLetters: LetterCode = {
  head: [[TYPE_FIXED << 1, 3]],
  letterBits: 8,
  codeOfA: 0x91,
  end: [0, 7],
};

// Code lengths, and how they are encoded: RFC 1951 §3.2.7. Codes are written from their highest bit.
const ONE: BitField = [0b00, 2];
const FIVE: BitField = [0b10, 2];
const SIX_TIMES_MORE: readonly BitField[] = [
  [0b01, 2],
  [3, 2],
];
const ZEROS_11: BitField = [0b11, 2];

/** The codes of 1, 5, 16 and 18 have 2 bits each. The order is 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11 and so on to 1. */
const lengthsOfLengths = [2, 0, 2, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2].map((bits): BitField => [bits, 3]);

/**
 * A code with 5 bits for each byte from `a` (97) to 127, and for the end of the block (256): 32 codes, so that it is
 * complete. As in blocks of zlib, there are two codes for distances though none occurs.
 */
export const shortLetters: LetterCode = {
  head: [
    [TYPE_DYNAMIC << 1, 3],
    // 257 literals, 2 distances, lengthsOfLengths.length lengths.
    [257 - 257, 5],
    [2 - 1, 5],
    [lengthsOfLengths.length - 4, 4],
    ...lengthsOfLengths,
    // No codes for 0 to 96.
    ZEROS_11,
    [97 - 11, 7],
    // 31 codes of 5 bits.
    FIVE,
    ...SIX_TIMES_MORE,
    ...SIX_TIMES_MORE,
    ...SIX_TIMES_MORE,
    ...SIX_TIMES_MORE,
    ...SIX_TIMES_MORE,
    // No codes for 128 to 255.
    ZEROS_11,
    [128 - 11, 7],
    FIVE,
    // Two distances.
    ONE,
    ONE,
  ],
  letterBits: 5,
  codeOfA: 0,
  end: [31, 5],
};
