import { UNSAFE } from './plain.ts';

/**
 * Formats a value as JSON, indented unless `indent` is 0. Characters that JSON allows in strings but that a terminal would interpret are
 * escaped; the value stays the same. JSON escapes line feeds in strings, so the remaining ones belong to the layout.
 */
export function jsonDocument(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, undefined, indent).replace(UNSAFE, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}
