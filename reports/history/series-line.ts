import type { SeriesHistory } from './history.ts';

/** What a line is drawn with. */
interface Marks {
  /** Bars, from the lowest to the highest. */
  readonly bars: string;
  /** The bar of values that are all equal. */
  readonly middle: string;
  readonly change: string;
  readonly border: string;
}

const BLOCKS: Marks = { bars: '▁▂▃▄▅▆▇█', middle: '▄', change: '|', border: '┊' };
const ASCII: Marks = { bars: '_.,-~=*#', middle: '-', change: '|', border: ':' };
/** Most values in a line: the last ones. */
const MAX_BARS = 30;

/** Explains the marks in a line. */
export function lineLegend(ascii: boolean): string {
  const { change, border } = ascii ? ASCII : BLOCKS;
  const marks = `${change} a change, ${border} other conditions: not compared.`;
  return `Each line extends from its lowest to its highest value. ${marks}`;
}

/**
 * Draws a series as a line of bars, with marks where it changes and where its conditions differ. Unlike a sparkline of
 * one run, its scale does not begin at 0: changes of a few percent would be invisible.
 * @param ascii draws with ASCII characters only.
 */
export function seriesLine(
  { points, changes, borders }: Pick<SeriesHistory, 'points' | 'changes' | 'borders'>,
  ascii = false,
): string {
  const { bars, middle, change, border } = ascii ? ASCII : BLOCKS;
  const shown = points.slice(-MAX_BARS);
  const values = shown.map(({ value }) => value);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const bar = (value: number) =>
    highest === lowest ? middle : bars[Math.round(((value - lowest) / (highest - lowest)) * (bars.length - 1))];
  return shown
    .map(({ run, value }, i) => {
      const isBorder = i > 0 && borders.some(({ after }) => after === run);
      const isChange = i > 0 && changes.some(({ after }) => after === run);
      return `${isBorder ? border : isChange ? change : ''}${bar(value)}`;
    })
    .join('');
}
