/** Data of SVG paths, with relative coordinates in tenths of pixels: pages contain thousands of points. */

export type Place = readonly [x: number, y: number];

/** Returns a line through points; none for fewer than two. */
export function linePath(places: readonly Place[]): string {
  const tenths = places.map(inTenths);
  const [first, ...rest] = tenths;
  if (first === undefined || rest.length === 0) return '';
  const moves = rest.map(([x, y], i) => {
    const [fromX, fromY] = tenths[i] ?? first;
    return `${separated(x - fromX)}${separated(y - fromY)}`;
  });
  return `M${joined(first)}l${moves.join('').trimStart()}`;
}

/** Returns a line that keeps the height of a point until the next one. */
export function stepPath(places: readonly Place[]): string {
  const tenths = places.map(inTenths);
  const [first, ...rest] = tenths;
  if (first === undefined || rest.length === 0) return '';
  const steps = rest.map(([x, y], i) => {
    const [fromX, fromY] = tenths[i] ?? first;
    return `h${(x - fromX) / 10}${y === fromY ? '' : `v${(y - fromY) / 10}`}`;
  });
  return `M${joined(first)}${steps.join('')}`;
}

function inTenths([x, y]: Place): Place {
  return [Math.round(x * 10), Math.round(y * 10)];
}

function joined([x, y]: Place): string {
  return `${x / 10}${separated(y)}`;
}

/** A minus separates numbers, too. */
function separated(tenths: number): string {
  return tenths < 0 ? String(tenths / 10) : ` ${tenths / 10}`;
}
