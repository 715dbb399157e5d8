import { type Attributes, element } from '../../text/markup.ts';
import { linePath } from './path.ts';

/** Markers of points. All are outlines that can be filled or hollow. */
export type Shape = 'circle' | 'square' | 'triangle' | 'diamond' | 'wedge' | 'cross' | 'hexagon';

/** Corners around a centre, for a radius of 1; a circle has none. Of about the same area. */
const CORNERS: Readonly<Record<Exclude<Shape, 'circle'>, readonly (readonly [number, number])[]>> = {
  square: [
    [-0.88, -0.88],
    [0.88, -0.88],
    [0.88, 0.88],
    [-0.88, 0.88],
  ],
  triangle: [
    [0, -1.2],
    [1.15, 0.85],
    [-1.15, 0.85],
  ],
  diamond: [
    [0, -1.3],
    [1.15, 0],
    [0, 1.3],
    [-1.15, 0],
  ],
  wedge: [
    [0, 1.2],
    [1.15, -0.85],
    [-1.15, -0.85],
  ],
  cross: [
    [-0.4, -1.2],
    [0.4, -1.2],
    [0.4, -0.4],
    [1.2, -0.4],
    [1.2, 0.4],
    [0.4, 0.4],
    [0.4, 1.2],
    [-0.4, 1.2],
    [-0.4, 0.4],
    [-1.2, 0.4],
    [-1.2, -0.4],
    [-0.4, -0.4],
  ],
  hexagon: [
    [-1.15, 0],
    [-0.6, -1],
    [0.6, -1],
    [1.15, 0],
    [0.6, 1],
    [-0.6, 1],
  ],
};

export const SHAPES: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond', 'wedge', 'cross', 'hexagon'];

/** Returns the corners of a marker around (0, 0) for a radius of 1; none for a circle. */
export function corners(shape: Shape): readonly (readonly [number, number])[] {
  return shape === 'circle' ? [] : CORNERS[shape];
}

/** Radius of markers in pixels. */
const RADIUS_PX = 3.8;

/** Marks of rows of intervals, around the middle of a row: a single value below it, and ends of unbounded intervals. */
const ROW_MARKS = {
  sample: { id: 'm-s', d: 'M0 18v5' },
  toLeft: { id: 'm-l', d: 'M7 7L1 12l6 5' },
  toRight: { id: 'm-r', d: 'M-7 7l6 5l-6 5' },
} as const;

/**
 * Returns the outlines of all markers as an image that takes no space. A page that has charts contains it once, and
 * {@link markerAt} refers to it.
 */
export function markerDefinitions(): string {
  const shapes = SHAPES.map((shape) => ({ id: idOf(shape), d: outline(shape) }));
  const paths = [...shapes, ...Object.values(ROW_MARKS)].map((path) => element('path', path));
  return element('svg', { class: 'unseen', 'aria-hidden': 'true' }, ...paths);
}

/**
 * Draws a marker at a place in pixels or percent, filled or hollow as its class or one around it decides.
 * @param more attributes, such as its class.
 */
export function markerAt(shape: Shape, x: number | string, y: number, more: Attributes = {}, inside = ''): string {
  return element('use', { ...more, href: `#${idOf(shape)}`, x, y }, inside);
}

/** Draws a mark of a row at a place in percent. */
export function rowMarkAt(mark: keyof typeof ROW_MARKS, x: string): string {
  return element('use', { class: mark === 'sample' ? undefined : 'arrow', href: `#${ROW_MARKS[mark].id}`, x });
}

function idOf(shape: Shape): string {
  return `m-${SHAPES.indexOf(shape)}`;
}

function outline(shape: Shape): string {
  const r = RADIUS_PX;
  if (shape === 'circle') return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
  return `${linePath(CORNERS[shape].map(([x, y]) => [x * r, y * r]))}z`;
}
