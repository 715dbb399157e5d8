import { coordinate } from '../text/markup.ts';

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

/** Returns the outline of a marker as the data of an SVG path. @param radius in pixels. */
export function markerPath(shape: Shape, x: number, y: number, radius: number): string {
  if (shape === 'circle') {
    const r = coordinate(radius);
    const width = coordinate(2 * radius);
    return `M${coordinate(x - radius)} ${coordinate(y)}a${r} ${r} 0 1 0 ${width} 0a${r} ${r} 0 1 0-${width} 0z`;
  }
  const points = CORNERS[shape].map(([dx, dy]) => `${coordinate(x + dx * radius)} ${coordinate(y + dy * radius)}`);
  return `M${points.join('L')}z`;
}
