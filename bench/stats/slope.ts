import { mean } from './mean.ts';

/** A point of a line. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Returns the slope of y over x, by least squares. NaN for fewer than two different x. */
export function slope(points: readonly Point[]): number {
  const middleX = mean(points.map(({ x }) => x));
  const middleY = mean(points.map(({ y }) => y));
  const across = points.reduce((sum, { x, y }) => sum + (x - middleX) * (y - middleY), 0);
  const along = points.reduce((sum, { x }) => sum + (x - middleX) ** 2, 0);
  return across / along;
}
