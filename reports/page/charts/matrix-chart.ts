import type { MatrixCell, MatrixChart } from '../../document/chart.ts';
import { element } from '../../text/markup.ts';
import { drawing, text } from './frame.ts';
import { shortened, textPixels } from './label-places.ts';

const ROW_PX = 26;
const MAX_NAME_PX = 180;
const MIN_CELL_PX = 46;
const MAX_CELL_PX = 110;
const WIDTH_PX = 940;
/** Degrees of colour on each side of the neutral one. */
const DEGREES = 4;
/** Names of columns rise at 45 degrees. */
const RISE = Math.SQRT1_2;

/**
 * Draws a matrix as SVG. It has one size for all pages, because its cells cannot become narrower: a narrow page scrolls
 * it.
 */
export function drawMatrixChart({ id, rowNames, columnNames, cells }: MatrixChart): string {
  const names = Math.min(MAX_NAME_PX, Math.max(...rowNames.map(textPixels))) + 12;
  const heads = Math.min(MAX_NAME_PX, Math.max(...columnNames.map(textPixels)));
  const widest = Math.max(0, ...cells.flat().map((cell) => textPixels(cell?.text ?? ''))) + 10;
  const room = (WIDTH_PX - names - heads * RISE) / Math.max(1, columnNames.length);
  const width = Math.max(MIN_CELL_PX, widest, Math.min(MAX_CELL_PX, room));
  const top = heads * RISE + 16;
  const content = [
    ...columnNames.map((name, i) => {
      const [x, y] = [names + (i + 0.5) * width, top - 8];
      return element(
        'text',
        { x, y, transform: `rotate(-45 ${Math.round(x)} ${Math.round(y)})` },
        text(shortened(name, MAX_NAME_PX)),
      );
    }),
    ...rowNames.flatMap((name, k) => [
      element(
        'text',
        { class: 'name', x: names - 12, y: top + (k + 0.5) * ROW_PX + 4, 'text-anchor': 'end' },
        text(shortened(name, MAX_NAME_PX)),
      ),
      ...(cells[k] ?? []).map((cell, i) => drawCell(cell, names + i * width, top + k * ROW_PX, width)),
    ]),
  ];
  const total = names + columnNames.length * width + heads * RISE;
  return drawing(id, { name: 'wide', width: Math.ceil(total) }, top + rowNames.length * ROW_PX + 4, content.join(''));
}

function drawCell(cell: MatrixCell | null, x: number, y: number, width: number): string {
  if (cell === null) return '';
  const degree = Math.round(Math.max(-1, Math.min(1, cell.value)) * DEGREES);
  return element(
    'g',
    { class: `cell m${degree + DEGREES}` },
    element('title', {}, text(cell.detail)),
    element('rect', { x: x + 1, y: y + 1, width: width - 2, height: ROW_PX - 2, rx: 2 }),
    element('text', { x: x + width / 2, y: y + ROW_PX / 2 + 4, 'text-anchor': 'middle' }, text(cell.text)),
  );
}
