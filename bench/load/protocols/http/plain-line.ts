import { COLON, CR, LF, SPACE, skip, TOKEN, VALUE } from '../../../../servers/apps/http/characters.ts';
import { FIELD_NAMES } from './field-values.ts';

/** The bit that distinguishes a lower-case ASCII letter from its capital. */
const SMALL = 0x20;

/** First letters of the names of parsed fields, by the length of the name; 0: none. */
const LETTERS = new Uint8Array(32);
for (const name of FIELD_NAMES) LETTERS[name.length] = name.charCodeAt(0);

const USUAL = new TextEncoder().encode('HTTP/1.1 ');
/** Length of `HTTP/1.1 200 `. */
export const STATUS_BYTES = USUAL.length + 4;
const ZERO = 0x30;

/** Returns the status of a response that begins with `HTTP/1.1 200 ` or another status; 0 for any other beginning. */
export function usualStatus(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < STATUS_BYTES || bytes[at + STATUS_BYTES - 1] !== SPACE) return 0;
  for (let i = 0; i < USUAL.length; i++) if (bytes[at + i] !== USUAL[i]) return 0;
  let status = 0;
  for (let i = at + USUAL.length; i < at + STATUS_BYTES - 1; i++) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit < 0 || digit > 9) return 0;
    status = status * 10 + digit;
  }
  return status < 100 ? 0 : status;
}

/**
 * Returns the end of a complete header line that has no effect, such as Server or Date. Returns `at` for any other
 * line: one that may have an effect, is incomplete or is faulty. {@link ResponseHead} then parses it. It accepts every
 * line that this function accepts, at a third of the speed.
 */
export function plainLineEnd(bytes: Uint8Array, at: number, end: number): number {
  const colon = skip(bytes, at, end, TOKEN);
  if (colon === at || colon >= end || bytes[colon] !== COLON) return at;
  const length = colon - at;
  if (length < LETTERS.length && LETTERS[length] === ((bytes[at] as number) | SMALL)) return at;
  const next = skip(bytes, colon + 1, end, VALUE);
  return next + 1 < end && bytes[next] === CR && bytes[next + 1] === LF ? next + 2 : at;
}
