/** Maximum number of bytes of an example. */
const MAX_BYTES = 120;
/** Maximum number of them before the wrong byte. */
const BEFORE = 48;

const ESCAPES: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

/**
 * Returns received bytes around a wrong one for a report, at most 120 bytes. Bytes that are not visible ASCII are
 * escaped as in C, so that no terminal interprets them.
 * @param wrong position of the wrong byte, from `at` to `end`.
 */
export function exampleOf(bytes: Uint8Array, at: number, end: number, wrong: number): string {
  const from = Math.max(at, Math.min(wrong, end) - BEFORE);
  let text = '';
  for (const byte of bytes.subarray(from, Math.min(end, from + MAX_BYTES))) text += escaped(byte);
  return text;
}

function escaped(byte: number): string {
  const visible = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
  return visible ? String.fromCharCode(byte) : (ESCAPES[byte] ?? `\\x${byte.toString(16).padStart(2, '0')}`);
}
