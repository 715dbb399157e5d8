import { stripVTControlCharacters } from 'node:util';

/**
 * C0 and C1 controls, line separators, and marks that change the writing direction: a name in a result file must not be
 * able to move the cursor, start a new line or disguise what follows.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
export const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Half of a pair of UTF-16 units without the other half: UTF-8 and XML have none. */
const LONE_SURROGATE = /\p{Cs}/gu;

/** Makes text of unknown origin safe for a terminal: removes escape sequences, and shows other controls as `\x07`. */
export function plain(text: string): string {
  return withControlsShown(stripVTControlCharacters(text));
}

/** Does the same without removing anything: the escape of a sequence is shown as `\x1b`, and the rest of it as text. */
export function withControlsShown(text: string): string {
  const shown = (character: string) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  };
  return text.replace(UNSAFE, shown).replace(LONE_SURROGATE, shown);
}
