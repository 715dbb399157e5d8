import { BLANK, COLON, CR, HOST, LF, skip, TARGET, TOKEN, VALUE } from './characters.ts';

const GET = bytesOf('GET ');
const HEAD = bytesOf('HEAD ');
const VERSION = bytesOf(' HTTP/1.1\r\n');
const HOST_NAME = bytesOf('host');
const CONNECTION = bytesOf('connection');
const KEEP_ALIVE = bytesOf('keep-alive\r\n');

const C = 0x63;
const E = 0x65;
const T = 0x74;
/** The bit that distinguishes a lower-case ASCII letter from its capital. */
const SMALL = 0x20;

/**
 * Returns the end of a complete head such as nearly every client sends: GET or HEAD in HTTP/1.1, one Host, nothing
 * about a body, and a persistent connection. 0 for anything else, whether faulty, rare or incomplete: the incremental
 * parser must then decide. That parser accepts everything that this function accepts, with the same result.
 */
export function usualHeadEnd(bytes: Uint8Array, at: number, end: number): number {
  let next = requestLineEnd(bytes, at, end);
  let hosts = 0;
  // The checks may read a byte or two beyond `end`, but never accept a head that ends there.
  while (next > 0 && next + 2 <= end) {
    if (bytes[next] === CR) return bytes[next + 1] === LF && hosts === 1 ? next + 2 : 0;
    const colon = skip(bytes, next, end, TOKEN);
    if (colon === next || bytes[colon] !== COLON) return 0;
    if (isName(bytes, next, colon, HOST_NAME)) {
      hosts++;
      next = hostEnd(bytes, colon + 1, end);
    } else {
      next = otherFieldEnd(bytes, next, colon, end);
    }
  }
  return 0;
}

/** Parses the request line. @returns where the headers begin; 0 if the line is different or incomplete. */
function requestLineEnd(bytes: Uint8Array, at: number, end: number): number {
  const method = bytes[at] === GET[0] ? GET : HEAD;
  if (!isAt(bytes, at, method)) return 0;
  const target = at + method.length;
  const blank = skip(bytes, target, end, TARGET);
  return blank > target && isAt(bytes, blank, VERSION) ? blank + VERSION.length : 0;
}

function hostEnd(bytes: Uint8Array, at: number, end: number): number {
  const host = skip(bytes, at, end, BLANK);
  return lineEnd(bytes, skip(bytes, skip(bytes, host, end, HOST), end, BLANK));
}

function keepAliveEnd(bytes: Uint8Array, at: number, end: number): number {
  const value = skip(bytes, at, end, BLANK);
  return isAt(bytes, value, KEEP_ALIVE) ? value + KEEP_ALIVE.length : 0;
}

function otherFieldEnd(bytes: Uint8Array, at: number, colon: number, end: number): number {
  if (isName(bytes, at, colon, CONNECTION)) return keepAliveEnd(bytes, colon + 1, end);
  return maySpeakOfBody(colon - at, bytes[at] as number) ? 0 : lineEnd(bytes, skip(bytes, colon + 1, end, VALUE));
}

/**
 * Reports whether a header could be Content-Length, Transfer-Encoding or Expect, judged by length and first letter. Few
 * other headers match.
 */
function maySpeakOfBody(length: number, letter: number): boolean {
  const initial = letter | SMALL;
  return (length === 14 && initial === C) || (length === 17 && initial === T) || (length === 6 && initial === E);
}

function lineEnd(bytes: Uint8Array, at: number): number {
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : 0;
}

function isAt(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i++) {
    if (bytes[at + i] !== expected[i]) return false;
  }
  return true;
}

/** @param name lower-case letters only: for these, `| SMALL` matches both cases and nothing else. */
function isName(bytes: Uint8Array, at: number, end: number, name: Uint8Array): boolean {
  if (end - at !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    if (((bytes[at + i] as number) | SMALL) !== name[i]) return false;
  }
  return true;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
