import { TextFault } from './text-fault.ts';

/** A part of a template: constant bytes, or a value that differs from request to request. */
export type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'value'; readonly name: string; readonly size: number };

/** Names of the placeholders that a template may contain. True: with a size, as in `{random:16}`. */
export type PlaceholderNames = Readonly<Record<string, boolean>>;

export type TemplateFaultCode = 'bad-escape' | 'unknown-placeholder' | 'bad-size';

const ESCAPES: Readonly<Record<string, number>> = {
  '0': 0,
  t: 9,
  n: 10,
  r: 13,
  '"': 34,
  "'": 39,
  ',': 44,
  ':': 58,
  '@': 64,
  '\\': 92,
  '{': 123,
  '}': 125,
};
/** Largest size of a value. */
const MAX_SIZE = 65_536;

/**
 * Parses a text with escapes as in C (`\r`, `\n`, `\t`, `\0`, `\\`, `\x0d`, `\{`) and placeholders (`{sequence}`,
 * `{random:16}`). Braces around anything but a lower-case word are literal, so that JSON needs no escapes.
 * @param from index of the text within the user's input, for faults.
 * @throws {TextFault} with a {@link TemplateFaultCode}.
 */
export function parseTemplate(text: string, names: PlaceholderNames, from = 0): Piece[] {
  const pieces: Piece[] = [];
  const bytes: number[] = [];
  const flush = () => {
    if (bytes.length > 0) pieces.push({ kind: 'bytes', bytes: Uint8Array.from(bytes) });
    bytes.length = 0;
  };
  for (let at = 0; at < text.length; ) {
    const placeholder = /^\{([a-z]+)(?::([^{}]*))?\}/.exec(text.slice(at));
    if (text[at] === '\\') {
      const { byte, length } = unescaped(text, at, from);
      bytes.push(byte);
      at += length;
    } else if (placeholder !== null) {
      flush();
      pieces.push(value(placeholder, names, from + at));
      at += placeholder[0].length;
    } else {
      const character = String.fromCodePoint(text.codePointAt(at) as number);
      bytes.push(...new TextEncoder().encode(character));
      at += character.length;
    }
  }
  flush();
  return pieces;
}

function unescaped(text: string, at: number, from: number): { readonly byte: number; readonly length: number } {
  const hexadecimal = /^\\x([0-9a-fA-F]{2})/.exec(text.slice(at, at + 4));
  if (hexadecimal !== null) return { byte: Number.parseInt(hexadecimal[1] as string, 16), length: 4 };
  const byte = ESCAPES[text[at + 1] ?? ''];
  if (byte !== undefined) return { byte, length: 2 };
  const written = text.slice(at, at + (text[at + 1] === 'x' ? 4 : 2));
  throw new TextFault<TemplateFaultCode>(
    'bad-escape',
    from + at,
    `'${written}' is not an escape: use \\r, \\n, \\t, \\0, \\\\, \\{ or \\x and two hexadecimal digits`,
  );
}

function value(match: RegExpExecArray, names: PlaceholderNames, at: number): Piece {
  const [written, name = '', size] = match;
  if (!Object.hasOwn(names, name)) {
    const known = Object.entries(names).map(([known, sized]) => (sized ? `{${known}:16}` : `{${known}}`));
    const message = `${written} is not a placeholder: use ${known.join(' or ')}; write \\{ for a brace`;
    throw new TextFault<TemplateFaultCode>('unknown-placeholder', at, message);
  }
  const number = size === undefined ? 0 : /^\d{1,5}$/.test(size) ? Number(size) : Number.NaN;
  const right = names[name] ? number >= 1 && number <= MAX_SIZE : size === undefined;
  if (right) return { kind: 'value', name, size: number };
  const advice = names[name] ? `a size from 1 to ${MAX_SIZE}, as in {${name}:16}` : `no size: write {${name}}`;
  throw new TextFault<TemplateFaultCode>('bad-size', at, `${written} needs ${advice}`);
}
