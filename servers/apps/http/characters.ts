/** Classes of bytes, as bits of a table: the grammars of RFC 9110 §5 and RFC 3986. This class is that of tokens. */
export const TOKEN = 1;
/** A request target: URIs are visible ASCII. */
export const TARGET = 2;
/** A field value: visible characters, space, tab, and bytes above ASCII (obs-text). */
export const VALUE = 4;
/** A Host: the authority of a URI without user information (RFC 3986 §3.2). */
export const HOST = 8;
/** A space or a tab: OWS and BWS. */
export const BLANK = 16;

export const CR = 0x0d;
export const LF = 0x0a;
export const SPACE = 0x20;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function table(): Uint8Array {
  const kinds = new Uint8Array(256);
  const mark = (characters: string, kind: number) => {
    for (const character of characters) {
      const code = character.charCodeAt(0);
      kinds[code] = (kinds[code] as number) | kind;
    }
  };
  for (let byte = 0; byte < 256; byte++) {
    const visible = byte > SPACE && byte < 0x7f;
    kinds[byte] = (visible ? TARGET | VALUE : 0) | (byte >= 0x80 ? VALUE : 0);
  }
  mark(`${ALPHANUMERIC}!#$%&'*+-.^_\`|~`, TOKEN);
  mark(`${ALPHANUMERIC}-._~!$&'()*+,;=%:[]`, HOST);
  mark(' \t', VALUE | BLANK);
  return kinds;
}

const KINDS = table();

/** Reports whether a byte belongs to a class. @param kind {@link TOKEN} or another class. */
export function is(byte: number, kind: number): boolean {
  return ((KINDS[byte] as number) & kind) !== 0;
}

/** Returns the end of the run of bytes from `at` on that belong to `kind`; `end` when all do. */
export function skip(bytes: Uint8Array, at: number, end: number, kind: number): number {
  let to = at;
  while (to < end && ((KINDS[bytes[to] as number] as number) & kind) !== 0) to++;
  return to;
}

/** Returns the value of a hexadecimal digit; -1 for any other byte. */
export function hexadecimal(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}
