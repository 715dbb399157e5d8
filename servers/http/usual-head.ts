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
/** What makes an ASCII letter a small one. */
const SMALL = 0x20;

/**
 * The end of a head such as nearly every client sends, when it has come whole: GET or HEAD in HTTP/1.1, one Host, nothing
 * about a body, and the connection to stay. 0 for anything else, be it faulty, rare or not whole yet: then nothing is said
 * about it, and it is to be read step by step. What this takes, that takes, too, and in the same way.
 */
export function usualHeadEnd(bytes: Uint8Array, at: number, end: number): number {
  let next = requestLineEnd(bytes, at, end);
  let hosts = 0;
  // Of what lies behind `end` a byte or two may be looked at; what ends there is not taken.
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

/** @returns where the headers begin; 0 when they don't. */
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

/** Content-Length, Transfer-Encoding and Expect are as long and begin so; few others do. */
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

/** @param name of small letters alone: no other characters differ by {@link SMALL} from one. */
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
