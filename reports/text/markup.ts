import { withControlsShown } from './plain.ts';

/** Markup of HTML and SVG. All text of unknown origin passes through {@link escapeMarkup}, in contents and in attributes. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Makes text of unknown origin safe as the content of an element and in an attribute in quotes. Control characters and
 * marks that change the writing direction are shown as `\x1b` and `\u202e`, so that they cannot disguise what follows.
 */
export function escapeMarkup(text: string): string {
  return withControlsShown(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Values of attributes; undefined for one that is left out. Numbers are coordinates. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Values that HTML allows without quotes, which pages with thousands of elements leave out. */
const BARE = /^[\w.#%:-]+$/;
/** Elements of SVG that end themselves when they are empty. */
const SELF_CLOSING = new Set(['line', 'path', 'rect', 'use']);

/**
 * Returns an element of HTML, or of SVG inside of HTML, as markup.
 * @param children markup; text must be escaped.
 */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => {
    if (value === undefined) return '';
    const text = typeof value === 'number' ? coordinate(value) : escapeMarkup(value);
    return ` ${key}=${BARE.test(text) ? text : `"${text}"`}`;
  });
  const content = children.join('');
  if (content === '' && SELF_CLOSING.has(name)) return `<${name}${written.join('')} />`;
  return `<${name}${written.join('')}>${content}</${name}>`;
}

/** Writes a coordinate in pixels, to a tenth. */
export function coordinate(pixels: number): string {
  return String(Math.round(pixels * 10) / 10);
}
