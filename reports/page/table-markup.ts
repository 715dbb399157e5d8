import { element, escapeMarkup } from '../text/markup.ts';
import type { Cell, Column, Group, Table } from '../text/table.ts';

/** Tables of reports as HTML. End tags that HTML allows to leave out are left out: pages have thousands of cells. */

/** Returns a table with its title and its note. The script of the page makes it sortable. */
export function tableMarkup(table: Table): string {
  const caption = element('caption', {}, escapeMarkup(table.title));
  return element('div', { class: 'table' }, scrolled(table, caption), note(table));
}

/** Returns a table that stands under a heading of its own. */
export function untitledTableMarkup(table: Table): string {
  return scrolled(table, '') + note(table);
}

function note({ note }: Table): string {
  return note === undefined ? '' : element('p', { class: 'note' }, escapeMarkup(note));
}

/** A table that is wider than the page scrolls in an element of its own, which the keyboard reaches. */
function scrolled({ title, columns, groups }: Table, caption: string): string {
  const hasUnits = columns.some(({ unit }) => unit !== undefined);
  const head = columns.map((column) => headCell(column, hasUnits)).join('');
  const body = groups.map((group) => groupMarkup(group, columns)).join('');
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title },
    `<table>${caption}<thead><tr>${head}</thead>${body}</table>`,
  );
}

function headCell({ title, unit, align }: Column, hasUnits: boolean): string {
  const below = hasUnits ? `<small>${escapeMarkup(unit ?? '') || '&nbsp;'}</small>` : '';
  const name = title === '' ? '<span class="unseen">Name</span>' : `<span>${escapeMarkup(title)}</span>`;
  return `<th scope="col"${align === 'left' ? ' class=l' : ''}>${name}${below}`;
}

function groupMarkup({ label, rows }: Group, columns: readonly Column[]): string {
  const head =
    label === null ? '' : `<tr class="group"><th colspan="${columns.length}" scope="rowgroup">${escapeMarkup(label)}`;
  return `<tbody>${head}${rows.map((row) => `<tr>${row.map((cell, i) => cellMarkup(cell, columns[i], i)).join('')}`).join('')}`;
}

/** A name that is longer, in characters, may be broken into lines. */
const LONG_NAME = 32;

function cellMarkup({ text, tone }: Cell, column: Column | undefined, i: number): string {
  const name = i === 0 ? '<th scope=row' : '<td';
  if (text === '') return `${name}>`;
  const wraps = column?.wraps || (i === 0 && text.length > LONG_NAME);
  const classes = [
    ...(column?.align === 'left' ? ['l'] : []),
    ...(wraps ? ['w'] : []),
    ...(tone === 'plain' ? [] : [tone]),
  ];
  const value = classes.length > 1 ? `"${classes.join(' ')}"` : classes.join('');
  return `${name}${value === '' ? '' : ` class=${value}`}>${escapeMarkup(text)}`;
}
