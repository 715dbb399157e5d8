import { BrailleCanvas, DOTS_HIGH, DOTS_WIDE } from './braille.ts';
import { paragraph } from './paragraph.ts';
import { plain } from './plain.ts';

/** Curves over connections, in no particular format. Texts are as measured, not sanitized. */
export interface Plot {
  readonly title: string;
  /** Ascending, above 0; on a logarithmic scale. */
  readonly xs: readonly number[];
  /** Name of x, under the axis. */
  readonly xName: string;
  readonly series: readonly Series[];
  /** Formats a value of y. */
  readonly format: (y: number) => string;
}

export interface Series {
  readonly name: string;
  /** One for each x; null where there is none. */
  readonly ys: readonly (number | null)[];
}

const HEIGHT = 12;
/** Rows between two numbers on the axis. */
const TICK_ROWS = 3;
/** Ends of an axis for which all its numbers are short. */
const ROUND_ENDS = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10];
/** Columns of a plot that has enough room. */
const MAX_COLUMNS = 72;
/** Letters of the series, in order; then from the beginning again. */
const MARKS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Mark of a point that several series share. */
const SEVERAL = '*';

/** Characters of the axes, and of lines between points where these are not braille. */
const FRAME = { tick: '┤', side: '│', corner: '└', base: '─' } as const;
const ASCII_FRAME = { tick: '+', side: '|', corner: '+', base: '-' } as const;
const ASCII_TRACE = '.';

/**
 * Draws a plot as lines of text, at most `width` wide. Each series is a letter at its points, with lines of braille dots
 * between them.
 * @param ascii draws with ASCII characters only.
 */
export function drawPlot({ xs, xName, series, format }: Plot, width: number, ascii = false): string[] {
  const highest = Math.max(0, ...series.flatMap(({ ys }) => ys.filter((y) => y !== null)));
  if (xs.length === 0 || !(highest > 0)) return [];
  const most = roundEnd(highest);
  const labels = Array.from({ length: HEIGHT + 1 }, (_, row) =>
    row % TICK_ROWS === 0 ? format((most * (HEIGHT - row)) / HEIGHT) : '',
  );
  const margin = Math.max(...labels.map(({ length }) => length));
  const columns = Math.min(MAX_COLUMNS, width - margin - 3);
  const at = columnsOf(xs, columns);
  const canvas = traces(series, at, { columns, most }, ascii);
  const marks = marksOf(series, at, most);
  for (const { column, row, mark } of marks) canvas[row]?.splice(column, 1, mark);
  const { tick, side, corner, base } = ascii ? ASCII_FRAME : FRAME;
  const blank = ' '.repeat(margin);
  return [
    ...canvas.map((line, row) =>
      `${labels[row]?.padStart(margin)} ${labels[row] ? tick : side}${line.join('')}`.trimEnd(),
    ),
    `${blank} ${corner}${base.repeat(columns)}`,
    `${blank}  ${axis(xs, at, columns)}`,
    `${blank}  ${xName}`,
    ...paragraph(legend(series, marks), width, { first: ' '.repeat(margin + 2), columns: margin + 2 }),
  ];
}

/** Returns the column of each x: equal ratios are equally far apart. */
function columnsOf(xs: readonly number[], columns: number): number[] {
  const [first = 1, last = 1] = [xs[0], xs.at(-1)];
  if (first === last) return xs.map(() => Math.floor(columns / 2));
  return xs.map((x) => Math.round((Math.log(x / first) / Math.log(last / first)) * (columns - 1)));
}

/** A letter of a series, or the mark of several, in the cell of its point. */
interface Mark {
  readonly column: number;
  readonly row: number;
  readonly mark: string;
}

/** Returns the marks of all points, one for each cell. */
function marksOf(series: readonly Series[], at: readonly number[], most: number): Mark[] {
  const marks = new Map<number, Mark>();
  series.forEach(({ ys }, i) => {
    ys.forEach((y, x) => {
      if (y === null) return;
      const [column, row] = [at[x] ?? 0, HEIGHT - Math.round((y / most) * HEIGHT)];
      const cell = column * (HEIGHT + 1) + row;
      marks.set(cell, { column, row, mark: marks.has(cell) ? SEVERAL : (MARKS[i % MARKS.length] ?? SEVERAL) });
    });
  });
  return [...marks.values()];
}

/** Draws lines between the points of each series. @returns the characters of the canvas, row by row. */
function traces(
  series: readonly Series[],
  at: readonly number[],
  { columns, most }: { readonly columns: number; readonly most: number },
  ascii: boolean,
): string[][] {
  const canvas = new BrailleCanvas(columns, HEIGHT + 1);
  const dotsY = (y: number) => (HEIGHT - (y / most) * HEIGHT) * DOTS_HIGH + (DOTS_HIGH - 1) / 2;
  const segments = series.flatMap(({ ys }) =>
    ys.flatMap((to, x) => {
      const from = ys[x - 1] ?? null;
      return from === null || to === null ? [] : [{ left: at[x - 1] ?? 0, right: at[x] ?? 0, from, to }];
    }),
  );
  for (const { left, right, from, to } of segments) {
    canvas.line(left * DOTS_WIDE, dotsY(from), right * DOTS_WIDE, dotsY(to));
  }
  return Array.from({ length: HEIGHT + 1 }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      const dots = canvas.at(column, row);
      return ascii && dots !== ' ' ? ASCII_TRACE : dots;
    }),
  );
}

/** Writes each x under its column where there is room; the last one always. */
function axis(xs: readonly number[], at: readonly number[], columns: number): string {
  const line = new Array<string>(columns).fill(' ');
  const place = (x: number, column: number) => {
    const text = String(x);
    const start = Math.max(0, Math.min(columns - text.length, column - Math.floor((text.length - 1) / 2)));
    const room = line.slice(Math.max(0, start - 1), start + text.length + 1);
    if (room.every((letter) => letter === ' ')) line.splice(start, text.length, ...text);
  };
  const last = xs.length - 1;
  for (const i of [last, ...xs.keys()]) place(xs[i] ?? 0, at[i] ?? 0);
  return line.join('').trimEnd();
}

/** Returns the next number at which an axis may end. */
function roundEnd(highest: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(highest));
  return magnitude * (ROUND_ENDS.find((end) => end * magnitude >= highest) ?? 10);
}

function legend(series: readonly Series[], marks: readonly Mark[]): string {
  const names = series.map(({ name }, i) => `${MARKS[i % MARKS.length]} ${plain(name)}`);
  return [...names, ...(marks.some(({ mark }) => mark === SEVERAL) ? [`${SEVERAL} several`] : [])].join(', ');
}
