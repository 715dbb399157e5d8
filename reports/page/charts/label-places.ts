import stringWidth from 'string-width';

/** Places for texts in charts. Widths are estimates for the page's font: no text is measured when a chart is drawn. */

/** Mean width of a character in pixels at the font size of charts, 12 pixels. */
const CHARACTER_PX = 6.9;

/** Returns about how wide a text is in a chart, in pixels. */
export function textPixels(text: string): number {
  return stringWidth(text) * CHARACTER_PX;
}

/** Cuts a text that is wider than some pixels, and marks it with `…`. */
export function shortened(text: string, pixels: number): string {
  const most = Math.max(2, Math.floor(pixels / CHARACTER_PX));
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/**
 * Returns places near the wanted ones that are at least `gap` apart and keep their order.
 * @param from least place.
 * @param to greatest place; exceeded when there are more places than fit.
 */
export function spreadApart(wanted: readonly number[], gap: number, from: number, to: number): number[] {
  const order = wanted.map((_, i) => i).sort((i, k) => (wanted[i] ?? 0) - (wanted[k] ?? 0));
  const places = [...wanted];
  let least = from;
  for (const i of order) {
    places[i] = Math.max(places[i] ?? 0, least);
    least = (places[i] ?? 0) + gap;
  }
  let most = Math.max(to, from + gap * (wanted.length - 1));
  for (const i of order.reverse()) {
    places[i] = Math.min(places[i] ?? 0, most);
    most = (places[i] ?? 0) - gap;
  }
  return places;
}

/** A text that is centred at a pixel. */
interface Centred {
  readonly center: number;
  readonly text: string;
}

/** Returns the rows, from 0, in which texts have to be placed so that none covers another. */
export function rowsWithoutOverlap(labels: readonly Centred[], gap = 8): number[] {
  const ends: number[] = [];
  const order = labels.map((_, i) => i).sort((i, k) => (labels[i]?.center ?? 0) - (labels[k]?.center ?? 0));
  const rows = labels.map(() => 0);
  for (const i of order) {
    const { center = 0, text = '' } = labels[i] ?? {};
    const half = textPixels(text) / 2;
    const free = ends.findIndex((end) => end + gap <= center - half);
    const row = free >= 0 ? free : ends.length;
    ends[row] = center + half;
    rows[i] = row;
  }
  return rows;
}
