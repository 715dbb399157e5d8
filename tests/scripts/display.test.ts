import { describe, expect, test } from 'vitest';
import { SafeText } from '../../scripts/talk/display.ts';

/** Returns the displayed text of each piece, and then the text that was held back until the end. */
function shown(...pieces: readonly (string | readonly number[])[]): string[] {
  const text = new SafeText();
  const parts = pieces.map((piece) => text.next(typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece)));
  return [...parts, text.end()];
}

describe('safe text', () => {
  test.each([
    ['lines and tabs', 'a\tb\n\nc', 'a\tb\n\nc'],
    ['network line ends', 'a\r\nb\r\n', 'a\nb\n'],
    ['letters of all languages', 'grüße, Δ, 漢字, 🙂', 'grüße, Δ, 漢字, 🙂'],
    ['colours and cursor movements', '\x1b[31mred\x1b[0m\x1b[2Jx', '\\x1b[31mred\\x1b[0m\\x1b[2Jx'],
    ['a window title', '\x1b]0;owned\x07x', '\\x1b]0;owned\\x07x'],
    ['a bell, a backspace, and a return to overwrite the line', 'a\x07\b\rb', 'a\\x07\\x08\\x0db'],
    ['8-bit control characters', 'a\u009b31mb\u0085c', 'a\\x9b31mb\\x85c'],
    ['a change of text direction', 'a\u202eb', 'a\\u202eb'],
  ])('%s', (_, text, safe) => {
    expect(shown(text).join('')).toBe(safe);
  });

  test.each([
    ['a letter', [[0xc3], [0xbc]], ['', 'ü', '']],
    ['the end of a line', ['a\r', '\nb'], ['a', '\nb', '']],
    ['a return', ['a\r', 'b'], ['a', '\\x0db', '']],
    ['a return at the end', ['a\r'], ['a', '\\x0d']],
    ['an escape sequence', ['a\x1b', '[2Jb'], ['a\\x1b', '[2Jb', '']],
    ['an incomplete letter', [[0x61, 0xc3]], ['a', '\ufffd']],
  ])('%s in pieces', (_, pieces, parts) => {
    expect(shown(...pieces)).toEqual(parts);
  });
});
