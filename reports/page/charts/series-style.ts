import type { LineSeries } from '../../document/chart.ts';
import { SHAPES, type Shape } from './marker.ts';

/**
 * How an item looks in all charts: a colour, and a marker and a pattern of dashes that distinguish it without colours.
 * Items of the same colour differ in both.
 */
export interface SeriesStyle {
  /** Number of its colour: `--c0` to `--c6` of the page's style sheet. */
  readonly color: number;
  readonly shape: Shape;
  /** Value of stroke-dasharray; none for a continuous line. */
  readonly dash: string;
}

/** Colours of the style sheet. */
export const COLORS = 7;
const DASHES = ['', '7 3', '2 3', '9 3 2 3'];

/** Returns the style of the item at a position: 49 positions differ in colour or marker. */
export function styleAt(position: number): SeriesStyle {
  const turn = Math.floor(position / COLORS);
  return {
    color: position % COLORS,
    shape: SHAPES[(position + turn * 3) % SHAPES.length] ?? 'circle',
    dash: DASHES[turn % DASHES.length] ?? '',
  };
}

/**
 * Returns the style of each name by its position among the identities of a document. Names that are none follow in the
 * order in which they appear; from the first position where no name is an identity.
 */
export function stylesOf(names: readonly string[], identities: readonly string[]): SeriesStyle[] {
  const others = [...new Set(names.filter((name) => !identities.includes(name)))];
  const offset = names.some((name) => identities.includes(name)) ? identities.length : 0;
  return names.map((name) => {
    const position = identities.indexOf(name);
    return styleAt(position >= 0 ? position : offset + others.indexOf(name));
  });
}

/** Returns the style of each series. Several of one identity share its colour and marker, and differ in their dashes. */
export function seriesStyles(series: readonly LineSeries[], identities: readonly string[]): SeriesStyle[] {
  const names = series.map(({ name, identity }) => identity ?? name);
  const drawn = series.map(({ style }) => style !== 'fit');
  return stylesOf(names, identities).map((style, i) => {
    const before = names.filter((name, k) => k < i && name === names[i] && drawn[k]).length;
    if (!drawn[i] || before === 0) return style;
    return { ...style, dash: DASHES[(DASHES.indexOf(style.dash) + before) % DASHES.length] ?? '' };
  });
}
