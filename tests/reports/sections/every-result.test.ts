import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SCHEMA } from '../../../bench/model/result.ts';
import type { Chart } from '../../../reports/document/chart.ts';
import type { ReportDocument } from '../../../reports/document/report-document.ts';
import { type Saved, savedSchemas } from '../../../reports/files/saved.ts';
import { documentOf } from '../../../reports/sections/result-document.ts';
import { chartsOf } from './documents.ts';
import { samples } from './fixtures.ts';

const results = Object.entries<Saved>(samples);

describe.each(results)('the document of %s', (_name, saved) => {
  test('is sound', () => expectSound(documentOf(saved)));

  test('is sound whatever optional field is missing', () => {
    const optional = removable(shortened(saved));
    fc.assert(
      fc.property(fc.subarray(optional, { minLength: Math.min(1, optional.length) }), (removed) => {
        expectSound(documentOf(without(saved, removed)));
      }),
      { numRuns: 6, seed: 1 },
    );
  });
});

/** Expects that a document keeps what its types cannot express. */
function expectSound(document: ReportDocument): void {
  const { sections } = document;
  const charts = chartsOf(document);
  for (const ids of [sections.map(({ id }) => id), charts.map(({ id }) => id)]) {
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  }
  for (const { blocks } of sections) {
    expect(blocks).not.toEqual([]);
    // Later charts of a section may be read as the first one.
    const [first] = blocks.filter((block) => block.kind === 'chart');
    expect(first?.chart.caption).not.toBe('');
  }
  for (const chart of charts) expectDrawable(chart);
}

/** Expects that a chart has something to draw, and no value that its axes cannot show. */
function expectDrawable(chart: Chart): void {
  if (chart.kind === 'matrix') {
    expect(chart.cells.map(({ length }) => length)).toEqual(chart.rowNames.map(() => chart.columnNames.length));
    return;
  }
  if (chart.kind === 'intervals') {
    expect(chart.rows).not.toEqual([]);
    const values = chart.rows.flatMap(({ value, low, high, samples = [] }) => [value, low, high, ...samples]);
    expectOn(chart.x.scale, values);
    return;
  }
  expect(chart.series).not.toEqual([]);
  for (const { points } of chart.series) {
    const xs = points.map(({ x }) => x);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    expectOn(chart.x.scale, xs);
    expectOn(
      chart.y.scale,
      points.flatMap(({ y, low, high }) => [y, low, high]),
    );
  }
}

function expectOn(scale: 'linear' | 'log' | 'percentile', values: readonly (number | null | undefined)[]): void {
  const isShown = (value: number) =>
    Number.isFinite(value) && (scale !== 'log' || value > 0) && (scale !== 'percentile' || value < 100);
  expect(values.filter((value) => value !== null && value !== undefined && !isShown(value))).toEqual([]);
}

/** Returns a result with one trial, which has the same fields. */
function shortened(saved: Saved): Saved {
  return saved.schema === SCHEMA ? { ...saved, trials: saved.trials.slice(0, 1) } : saved;
}

type Path = readonly (string | number)[];

/** Returns the paths of fields without which a result is still valid. */
function removable(saved: Saved): Path[] {
  return pathsIn(saved).filter((path) => savedSchemas[saved.schema].safeParse(removed(saved, [path])).success);
}

/** Returns paths of objects' fields; of a list, those of its first element, which stand for all. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return pathsIn(value[0], [...path, '*']);
  return Object.entries(value).flatMap(([key, each]) => [[...path, key], ...pathsIn(each, [...path, key])]);
}

/** Returns a result as it is read from a file that lacks some fields. */
function without(saved: Saved, paths: readonly Path[]): Saved {
  return savedSchemas[saved.schema].parse(removed(saved, paths)) as Saved;
}

function removed(saved: Saved, paths: readonly Path[]): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(saved));
  for (const path of paths) remove(copy, path);
  return copy;
}

function remove(value: unknown, [first, ...rest]: Path): void {
  if (typeof value !== 'object' || value === null || first === undefined) return;
  const container = value as Record<string, unknown>;
  if (first === '*') for (const each of Object.values(container)) remove(each, rest);
  else if (rest.length === 0) delete container[first];
  else remove(container[first], rest);
}
