/**
 * The grammars of lines that hold a number, a length, a boolean or nothing, as one table: state and byte give the next
 * state. https://github.com/redis/redis-specifications/blob/master/protocol/RESP3.md
 */

const REJECT = 0;
export const LENGTH = 1;
const LENGTH_DIGITS = 2;
const LENGTH_MINUS = 3;
/** A length of -1. */
export const NULL_LENGTH = 4;
export const INTEGER = 5;
const INTEGER_SIGN = 6;
const INTEGER_DIGITS = 7;
/** The number 0, which must be complete: whether a longer number may begin with 0 differs among parsers. */
const COMPLETE = 8;
export const NOTHING = 9;
export const BOOLEAN = 10;
export const DOUBLE = 11;
const DOUBLE_SIGN = 12;
const DOUBLE_DIGITS = 13;
const POINT = 14;
const FRACTION = 15;
const E = 16;
const E_SIGN = 17;
const E_DIGITS = 18;
const I = 19;
const IN = 20;
const N = 21;
const NA = 22;
const STATES = 23;

const DIGITS = '0123456789';
const NONZERO = '123456789';

/** A transition from a state, by any of these characters, to a state. */
const edges: readonly (readonly [from: number, characters: string, to: number])[] = [
  [LENGTH, '0', COMPLETE],
  [LENGTH, NONZERO, LENGTH_DIGITS],
  [LENGTH, '-', LENGTH_MINUS],
  [LENGTH_DIGITS, DIGITS, LENGTH_DIGITS],
  [LENGTH_MINUS, '1', NULL_LENGTH],
  [INTEGER, '0', COMPLETE],
  [INTEGER, NONZERO, INTEGER_DIGITS],
  [INTEGER, '+-', INTEGER_SIGN],
  [INTEGER_SIGN, NONZERO, INTEGER_DIGITS],
  [INTEGER_DIGITS, DIGITS, INTEGER_DIGITS],
  [BOOLEAN, 'tf', COMPLETE],
  [DOUBLE, '+-', DOUBLE_SIGN],
  [DOUBLE, DIGITS, DOUBLE_DIGITS],
  [DOUBLE, 'i', I],
  [DOUBLE, 'n', N],
  [DOUBLE_SIGN, DIGITS, DOUBLE_DIGITS],
  [DOUBLE_SIGN, 'i', I],
  [DOUBLE_DIGITS, DIGITS, DOUBLE_DIGITS],
  [DOUBLE_DIGITS, '.', POINT],
  [DOUBLE_DIGITS, 'eE', E],
  [POINT, DIGITS, FRACTION],
  [FRACTION, DIGITS, FRACTION],
  [FRACTION, 'eE', E],
  [E, '+-', E_SIGN],
  [E, DIGITS, E_DIGITS],
  [E_SIGN, DIGITS, E_DIGITS],
  [E_DIGITS, DIGITS, E_DIGITS],
  [I, 'n', IN],
  [IN, 'f', COMPLETE],
  [N, 'a', NA],
  [NA, 'n', COMPLETE],
];

const NEXT = new Uint8Array(STATES * 256);
for (const [from, characters, to] of edges) {
  for (const character of characters) NEXT[from * 256 + character.charCodeAt(0)] = to;
}

const ENDS = new Uint8Array(STATES);
for (const state of [
  LENGTH_DIGITS,
  NULL_LENGTH,
  INTEGER_DIGITS,
  COMPLETE,
  NOTHING,
  DOUBLE_DIGITS,
  FRACTION,
  E_DIGITS,
]) {
  ENDS[state] = 1;
}

/** Returns the state after a byte; 0 when the byte is not allowed. */
export function nextState(state: number, byte: number): number {
  return NEXT[state * 256 + byte] ?? REJECT;
}

/** Reports whether the line may end in a state. */
export function mayEnd(state: number): boolean {
  return ENDS[state] === 1;
}
