import { textWidth } from './column-layout.ts';
import { plain } from './plain.ts';

/** Levels of a bar, from low to high. */
const BLOCKS = '▁▂▃▄▅▆▇█';
const ASCII_LEVELS = '_.,-~=*#';

/**
 * Draws values as bars, one character each. Their scale begins at 0 and ends at the highest of them, so that heights
 * compare as values do.
 * @param values not negative; null leaves a gap.
 * @param ascii draws with ASCII characters only.
 */
export function sparkline(values: readonly (number | null)[], ascii = false): string {
  const levels = ascii ? ASCII_LEVELS : BLOCKS;
  const highest = Math.max(0, ...values.filter((value) => value !== null));
  return values
    .map((value) => {
      if (value === null) return ' ';
      const level = highest > 0 ? Math.ceil((value / highest) * levels.length) - 1 : 0;
      return levels[Math.max(0, level)];
    })
    .join('');
}

/** Several quantities over the same time, in no particular format. */
export interface OverTime {
  readonly title: string;
  readonly rows: readonly TimeRow[];
}

export interface TimeRow {
  readonly name: string;
  /** One for each interval; null where there is none. */
  readonly values: readonly (number | null)[];
  /** Formats a value. */
  readonly format: (value: number) => string;
}

/** Draws a sparkline for each quantity, with its lowest and its highest value. */
export function drawOverTime({ rows }: OverTime, ascii = false): string[] {
  const width = Math.max(...rows.map(({ name }) => textWidth(name)));
  return rows.map(({ name, values, format }) => {
    const known = values.filter((value) => value !== null);
    const [least, most] = [format(Math.min(...known)), format(Math.max(...known))];
    const range = known.length === 0 ? '' : least === most ? least : `${least} to ${most}`;
    return `${plain(name)}${' '.repeat(width - textWidth(name))}  ${sparkline(values, ascii)}  ${range}`.trimEnd();
  });
}
