import type { SeriesHistory } from './history.ts';

const BARS = '▁▂▃▄▅▆▇█';
/** Bars of values that are all equal. */
const MIDDLE = '▄';
const CHANGE = '|';
const BORDER = '┊';
/** Most values in a line: the last ones. */
const MAX_BARS = 30;

/** What the marks in a line mean. */
export const lineLegend = `Each line extends from its lowest to its highest value. ${CHANGE} a change, ${BORDER} other conditions: not compared.`;

/** Draws a series as a line of bars, with marks where it changes and where its conditions differ. */
export function seriesLine({
  points,
  changes,
  borders,
}: Pick<SeriesHistory, 'points' | 'changes' | 'borders'>): string {
  const shown = points.slice(-MAX_BARS);
  const values = shown.map(({ value }) => value);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const bar = (value: number) =>
    highest === lowest ? MIDDLE : BARS[Math.round(((value - lowest) / (highest - lowest)) * (BARS.length - 1))];
  return shown
    .map(({ run, value }, i) => {
      const isBorder = i > 0 && borders.some(({ after }) => after === run);
      const isChange = i > 0 && changes.some(({ after }) => after === run);
      return `${isBorder ? BORDER : isChange ? CHANGE : ''}${bar(value)}`;
    })
    .join('');
}
