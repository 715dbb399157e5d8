import { UNSAFE } from './plain.ts';

/**
 * Formats a value as indented JSON. Characters that JSON allows in strings but that a terminal would interpret are
 * escaped; the value stays the same. JSON escapes line feeds in strings, so the remaining ones belong to the layout.
 */
export function jsonDocument(value: unknown): string {
  return `${escaped(JSON.stringify(value, undefined, 2))}\n`;
}

/** Formats a value as JSON on one line, with the same characters escaped. */
export function jsonLine(value: unknown): string {
  return `${escaped(JSON.stringify(value))}\n`;
}

function escaped(json: string): string {
  return json.replace(UNSAFE, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
