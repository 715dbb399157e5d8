import type { Rule } from '../../document/chart.ts';
import { coordinate, element, escapeMarkup } from '../../text/markup.ts';
import { rowsWithoutOverlap, textPixels } from './label-places.ts';
import type { Scale, Tick } from './scale.ts';

/** A size in which a chart is drawn. Pages show the one that fits, so that texts keep their size. */
export interface Layout {
  readonly name: 'wide' | 'narrow';
  /** In pixels. */
  readonly width: number;
}

export const WIDE: Layout = { name: 'wide', width: 940 };
export const NARROW: Layout = { name: 'narrow', width: 360 };

/** The area of a chart in which data is drawn; edges in pixels. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Height of a line of text in charts, in pixels. */
export const LINE_PX = 16;
/** Height of an axis of x with its ticks and its title. */
export const X_AXIS_PX = 46;

/** Wraps the content of a chart as an image, which the title and the caption of its figure describe. */
export function drawing(id: string, { name, width }: Layout, height: number, content: string): string {
  return element(
    'svg',
    {
      class: `chart ${name}`,
      viewBox: `0 0 ${width} ${Math.ceil(height)}`,
      width,
      height: Math.ceil(height),
      role: 'img',
      'aria-labelledby': titleId(id),
      'aria-describedby': captionId(id),
    },
    content,
  );
}

/** Returns the id of the element with the title of a chart. */
export function titleId(id: string): string {
  return `chart-${id}-title`;
}

/** Returns the id of the element with the caption of a chart. */
export function captionId(id: string): string {
  return `chart-${id}-caption`;
}

/** Returns text as markup. */
export function text(content: string): string {
  return escapeMarkup(content);
}

/** Draws the axis of x below a plot: a line, its ticks and its title. */
export function drawXAxis(scale: Scale, plot: Plot, grid: boolean): string {
  const ticks = withoutOverlap(scale);
  const lines = ticks.map(({ at }) => `M${coordinate(at)} ${coordinate(plot.top)}V${coordinate(plot.bottom)}`).join('');
  const labels = ticks.map(({ at, label }) =>
    element('text', { x: at, y: plot.bottom + LINE_PX + 1, 'text-anchor': 'middle' }, text(label)),
  );
  const middle = (plot.left + plot.right) / 2;
  return [
    grid ? element('path', { class: 'grid', d: lines }) : '',
    element('path', {
      class: 'axis',
      d: `M${coordinate(plot.left)} ${coordinate(plot.bottom)}H${coordinate(plot.right)}`,
    }),
    ...labels,
    element(
      'text',
      { class: 'title', x: middle, y: plot.bottom + X_AXIS_PX - 9, 'text-anchor': 'middle' },
      text(scale.title),
    ),
  ].join('');
}

/** Draws the axis of y: lines across the plot, ticks left of it, and its title above. */
export function drawYAxis(scale: Scale, plot: Plot): string {
  const ticks = scale.ticks.flatMap(({ value, label }) => {
    const at = scale.at(value);
    return at === undefined ? [] : [{ at, label }];
  });
  const lines = ticks.map(({ at }) => `M${coordinate(plot.left)} ${coordinate(at)}H${coordinate(plot.right)}`).join('');
  return [
    element('path', { class: 'grid', d: lines }),
    ...ticks.map(({ at, label }) =>
      element('text', { x: plot.left - 8, y: at + 4, 'text-anchor': 'end' }, text(label)),
    ),
    element('text', { class: 'title', x: 0, y: 13 }, text(scale.title)),
  ].join('');
}

/** Returns the ticks whose labels have room, from left to right. */
function withoutOverlap({ ticks, at }: Scale): (Tick & { at: number })[] {
  const kept: (Tick & { at: number })[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const tick of ticks) {
    const pixel = at(tick.value);
    const half = textPixels(tick.label) / 2;
    if (pixel === undefined || pixel - half < end + 8) continue;
    kept.push({ ...tick, at: pixel });
    end = pixel + half;
  }
  return kept;
}

/** Rules across x with the places of their labels, in rows above the plot. */
export interface PlacedRule {
  readonly rule: Rule;
  readonly at: number;
  readonly row: number;
  /** Centre of the label, moved so that it stays inside. */
  readonly center: number;
}

/** Places the labels of the rules across x. @param width of the chart in pixels. */
export function placeRules(rules: readonly Rule[], scale: Scale, width: number): PlacedRule[] {
  const inside = rules.flatMap((rule) => {
    const at = rule.axis === 'x' ? scale.at(rule.at) : undefined;
    if (at === undefined) return [];
    const half = textPixels(rule.label) / 2;
    return [{ rule, at, center: Math.max(half, Math.min(width - half, at)), text: rule.label }];
  });
  const rows = rowsWithoutOverlap(inside);
  return inside.map(({ rule, at, center }, i) => ({ rule, at, center, row: rows[i] ?? 0 }));
}

/** Draws rules across x: a line through the plot, up to its label above. */
export function drawXRules(rules: readonly PlacedRule[], plot: Plot): string {
  const rows = Math.max(0, ...rules.map(({ row }) => row + 1));
  return rules
    .map(({ rule, at, center, row }) => {
      const y = plot.top - 7 - (rows - 1 - row) * LINE_PX;
      const d = `M${coordinate(at)} ${coordinate(y + 3)}V${coordinate(plot.bottom)}`;
      return element(
        'g',
        { class: `rule ${rule.tone}` },
        element('path', { d }),
        element('text', { x: center, y, 'text-anchor': 'middle' }, text(rule.label)),
      );
    })
    .join('');
}

/** Draws rules across y with their labels inside. One beyond the axis is noted at its end, with an arrow. */
export function drawYRules(rules: readonly Rule[], scale: Scale, plot: Plot): string {
  return rules
    .filter(({ axis }) => axis === 'y')
    .map(({ at, label, tone }) => {
      const y = scale.at(at) ?? plot.bottom;
      const beyond = y < plot.top - 1 ? '↑ ' : y > plot.bottom + 1 ? '↓ ' : '';
      const edge = Math.max(plot.top, Math.min(plot.bottom, y));
      const labelY = edge - plot.top < LINE_PX ? edge + 13 : edge - 5;
      const line = `M${coordinate(plot.left)} ${coordinate(y)}H${coordinate(plot.right)}`;
      return element(
        'g',
        { class: `rule ${tone}` },
        beyond === '' ? element('path', { d: line }) : '',
        element('text', { x: plot.left + 6, y: labelY }, text(`${beyond}${label}`)),
      );
    })
    .join('');
}
