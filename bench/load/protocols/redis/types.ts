import { codes } from './faults.ts';
import { BOOLEAN, DOUBLE, INTEGER, LENGTH, NOTHING, NULL_LENGTH } from './number-grammar.ts';

// Types that are handled differently from others, by the first byte of a value.
export const ERROR = 0x2d;
const NUMBER = 0x3a;
const BULK = 0x24;
const ARRAY = 0x2a;
export const BULK_ERROR = 0x21;
export const VERBATIM = 0x3d;
export const MAP = 0x25;
export const PUSH = 0x3e;
export const ATTRIBUTE = 0x7c;

/** The grammar of a line of text. */
export const TEXT = 255;

const GRAMMARS = new Uint8Array(256);
for (const [types, grammar] of [
  ['+-', TEXT],
  [':(', INTEGER],
  ['$*!=%~>|', LENGTH],
  ['_', NOTHING],
  ['#', BOOLEAN],
  [',', DOUBLE],
] as const) {
  for (const type of types) GRAMMARS[type.charCodeAt(0)] = grammar;
}

const OF_RESP2 = new Uint8Array(256);
for (const type of '+-:$*') OF_RESP2[type.charCodeAt(0)] = 1;

/** Returns the grammar of a type's first line; 0 for a byte that is not a type. */
export function grammarOf(type: number): number {
  return GRAMMARS[type] as number;
}

export function isOfResp2(type: number): boolean {
  return OF_RESP2[type] === 1;
}

/** Reports whether the line of a type is the length of a string. */
export function isString(type: number): boolean {
  return type === BULK || type === BULK_ERROR || type === VERBATIM;
}

const LARGEST_INTEGER = 2 ** 63;
const LARGEST_LENGTH = 999_999_999_999_999;
/** Maximum number of elements of one aggregate. */
const LARGEST_COUNT = 2 ** 32;
/** Length of the format of a verbatim string, including its colon. */
const VERBATIM_FORMAT = 4;

/** Checks the number of a complete line of a type, given the state of its grammar. @returns 0 or a fault. */
export function numberFault(type: number, grammar: number, value: number): number {
  if (type === NUMBER) return value > LARGEST_INTEGER ? codes.hugeNumber : 0;
  if (grammarOf(type) !== LENGTH) return 0;
  if (grammar === NULL_LENGTH) return type === BULK || type === ARRAY ? 0 : codes.badNull;
  if (type === VERBATIM && value < VERBATIM_FORMAT) return codes.badVerbatim;
  return value > (isString(type) ? LARGEST_LENGTH : LARGEST_COUNT) ? codes.hugeNumber : 0;
}
