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
const TRACE = '·';

/**
 * Draws a plot as lines of text, at most `width` wide. Each series is a letter at its points, with dots between them.
 */
export function drawPlot({ xs, xName, series, format }: Plot, width: number): string[] {
  const highest = Math.max(0, ...series.flatMap(({ ys }) => ys.filter((y) => y !== null)));
  if (xs.length === 0 || !(highest > 0)) return [];
  const most = roundEnd(highest);
  const labels = Array.from({ length: HEIGHT + 1 }, (_, row) =>
    row % TICK_ROWS === 0 ? format((most * (HEIGHT - row)) / HEIGHT) : '',
  );
  const margin = Math.max(...labels.map(({ length }) => length));
  const columns = Math.min(MAX_COLUMNS, width - margin - 3);
  const canvas = Array.from({ length: HEIGHT + 1 }, () => new Array<string>(columns).fill(' '));
  const at = columnsOf(xs, columns);
  const rowOf = (y: number) => HEIGHT - Math.round((y / most) * HEIGHT);
  for (const { ys } of series) trace(canvas, at, ys, rowOf);
  series.forEach(({ ys }, i) => {
    const mark = MARKS[i % MARKS.length] ?? SEVERAL;
    ys.forEach((y, x) => {
      const line = y === null ? undefined : canvas[rowOf(y)];
      const column = at[x] ?? 0;
      if (line !== undefined) line[column] = line[column] === ' ' || line[column] === TRACE ? mark : SEVERAL;
    });
  });
  const blank = ' '.repeat(margin);
  return [
    ...canvas.map((line, row) =>
      `${labels[row]?.padStart(margin)} ${labels[row] ? '┤' : '│'}${line.join('')}`.trimEnd(),
    ),
    `${blank} └${'─'.repeat(columns)}`,
    `${blank}  ${axis(xs, at, columns)}`,
    `${blank}  ${xName}`,
    ...paragraph(legend(series, canvas), width, { first: ' '.repeat(margin + 2), columns: margin + 2 }),
  ];
}

/** Returns the column of each x: equal ratios are equally far apart. */
function columnsOf(xs: readonly number[], columns: number): number[] {
  const [first = 1, last = 1] = [xs[0], xs.at(-1)];
  if (first === last) return xs.map(() => Math.floor(columns / 2));
  return xs.map((x) => Math.round((Math.log(x / first) / Math.log(last / first)) * (columns - 1)));
}

/** Draws dots between the points of a series, where the canvas is empty. */
function trace(
  canvas: readonly string[][],
  at: readonly number[],
  ys: readonly (number | null)[],
  rowOf: (y: number) => number,
): void {
  for (let x = 1; x < ys.length; x++) {
    const [from, to] = [ys[x - 1] ?? null, ys[x] ?? null];
    const [left = 0, right = 0] = [at[x - 1], at[x]];
    if (from === null || to === null) continue;
    for (let column = left + 1; column < right; column++) {
      const line = canvas[rowOf(from + ((to - from) * (column - left)) / (right - left))];
      if (line?.[column] === ' ') line[column] = TRACE;
    }
  }
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

function legend(series: readonly Series[], canvas: readonly (readonly string[])[]): string {
  const names = series.map(({ name }, i) => `${MARKS[i % MARKS.length]} ${plain(name)}`);
  return [...names, ...(canvas.some((line) => line.includes(SEVERAL)) ? [`${SEVERAL} several`] : [])].join(', ');
}
