import { HuffmanCode } from './huffman-code.ts';

// Types of blocks, alphabets, and the codes of a block that defines none: RFC 1951 §3.2.3 to §3.2.6.

export const END_OF_BLOCK = 256;
export const FIRST_LENGTH = 257;
export const LAST_LENGTH = 285;
export const LAST_DISTANCE = 29;

/** Stored, with fixed codes, and with codes of its own. */
export const TYPE_STORED = 0;
export const TYPE_FIXED = 1;
export const TYPE_DYNAMIC = 2;

/** Number of extra bits after each symbol of a length, from FIRST_LENGTH on, and the length when these bits are 0. */
export const lengthBits = Uint8Array.from({ length: 29 }, (_, i) => (i < 8 || i === 28 ? 0 : (i >> 2) - 1));
export const lengthBases = Uint16Array.from(lengthBits, (bits, i) => {
  if (i === 28) return 258;
  return i < 8 ? 3 + i : 3 + ((4 + (i & 3)) << bits);
});

/** The same of distances. */
export const distanceBits = Uint8Array.from({ length: 30 }, (_, i) => (i < 4 ? 0 : (i >> 1) - 1));
export const distanceBases = Uint16Array.from(distanceBits, (bits, i) => (i < 4 ? 1 + i : 1 + ((2 + (i & 1)) << bits)));

export const fixedLiterals = codeOf(
  Uint8Array.from({ length: 288 }, (_, symbol) => {
    if (symbol < 144) return 8;
    if (symbol < 256) return 9;
    return symbol < 280 ? 7 : 8;
  }),
);
export const fixedDistances = codeOf(new Uint8Array(32).fill(5));

function codeOf(lengths: Uint8Array): HuffmanCode {
  const code = new HuffmanCode(lengths.length);
  code.define(lengths, 0, lengths.length);
  return code;
}
