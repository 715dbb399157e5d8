import { UNSAFE } from './plain.ts';

/**
 * A value as indented JSON. What JSON lets stand in strings and a terminal would obey is escaped, to the same value.
 * Line feeds are the layout's alone: in strings JSON escapes them.
 */
export function jsonDocument(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2).replace(UNSAFE, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}
