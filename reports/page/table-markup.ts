import { element, escapeMarkup } from '../text/markup.ts';
import type { Cell, Column, Group, Table } from '../text/table.ts';
import { prose } from './prose.ts';

/** Tables of reports as HTML. End tags that HTML allows to leave out are left out: pages have thousands of cells. */

/** Returns a table with its title and its note. The script of the page makes it sortable. */
export function tableMarkup(table: Table): string {
  return element('div', { class: 'table' }, element('h3', {}, escapeMarkup(table.title)), untitledTableMarkup(table));
}

/** Returns a table that stands under a heading of its own. */
export function untitledTableMarkup(table: Table): string {
  return scrolled(table) + note(table);
}

function note({ note }: Table): string {
  return note === undefined ? '' : element('p', { class: 'note' }, prose(note));
}

/** A table that is wider than the page scrolls in an element of its own, which the keyboard reaches. */
function scrolled({ title, columns, groups }: Table): string {
  const head = columns.map(headCell).join('');
  const body = groups.map((group) => groupMarkup(group, columns)).join('');
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title },
    `<table${leftColumns(columns)}><thead><tr>${head}</thead>${body}</table>`,
  );
}

/** Columns whose alignment is a class of the table, which is shorter than a class of each cell. */
const CLASSED_COLUMNS = 3;

function leftColumns(columns: readonly Column[]): string {
  const left = columns.slice(0, CLASSED_COLUMNS).flatMap(({ align }, i) => (align === 'left' ? [`l${i + 1}`] : []));
  return left.length === 0 ? '' : ` class="${left.join(' ')}"`;
}

function headCell({ title, unit, align }: Column): string {
  const name = title === '' ? '<span class=unseen>Name</span>' : escapeMarkup(title);
  return `<th${align === 'left' ? ' class=l' : ''}>${name}${unit === undefined ? '' : `<small>${escapeMarkup(unit)}</small>`}`;
}

function groupMarkup({ label, rows }: Group, columns: readonly Column[]): string {
  const head =
    label === null ? '' : `<tr class=group><th colspan=${columns.length} scope=rowgroup>${escapeMarkup(label)}`;
  return `<tbody>${head}${rows.map((row) => `<tr>${row.map((cell, i) => cellMarkup(cell, columns[i], i)).join('')}`).join('')}`;
}

/** A name that is longer, in characters, may be broken into lines. */
const LONG_NAME = 32;

function cellMarkup({ text, tone }: Cell, column: Column | undefined, i: number): string {
  const name = i === 0 ? '<th' : '<td';
  if (text === '') return `${name}>`;
  const wraps = column?.wraps || (i === 0 && text.length > LONG_NAME);
  const classes = [
    ...(column?.align === 'left' && i >= CLASSED_COLUMNS ? ['l'] : []),
    ...(wraps ? ['w'] : []),
    ...(tone === 'plain' ? [] : [tone]),
  ];
  const value = classes.length > 1 ? `"${classes.join(' ')}"` : classes.join('');
  return `${name}${value === '' ? '' : ` class=${value}`}>${escapeMarkup(text)}`;
}
