/** A point in pixels. */
interface Point {
  readonly px: number;
  readonly py: number;
}

/** Points that differ by less than this from a straight line are left out of a drawn curve, in pixels. */
const TOLERANCE_PX = 0.3;

/**
 * Leaves out points of a curve that cannot be seen at its size. Douglas and Peucker, "Algorithms for the reduction of the
 * number of points required to represent a digitized line or its caricature" (1973).
 */
export function thinned<P extends Point>(points: readonly P[], tolerance = TOLERANCE_PX): P[] {
  const kept = new Set<number>([0, points.length - 1]);
  const pending: [number, number][] = [[0, points.length - 1]];
  for (let span = pending.pop(); span !== undefined; span = pending.pop()) {
    const [from, to] = span;
    const { index, distance } = farthest(points, from, to);
    if (distance <= tolerance) continue;
    kept.add(index);
    pending.push([from, index], [index, to]);
  }
  return points.filter((_, i) => kept.has(i));
}

/** Returns the point between two others that is farthest from the line through them. */
function farthest(points: readonly Point[], from: number, to: number): { index: number; distance: number } {
  const [a, b] = [points[from], points[to]];
  let [index, distance] = [from, 0];
  if (a === undefined || b === undefined) return { index, distance };
  const length = Math.hypot(b.px - a.px, b.py - a.py) || 1;
  for (let i = from + 1; i < to; i++) {
    const { px, py } = points[i] ?? a;
    const off = Math.abs((b.px - a.px) * (a.py - py) - (a.px - px) * (b.py - a.py)) / length;
    if (off > distance) [index, distance] = [i, off];
  }
  return { index, distance };
}
