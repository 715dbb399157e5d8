import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../../bench/model/errors.ts';
import { samplesOf } from '../../../reports/exports/samples.ts';
import type { Saved } from '../../../reports/files/saved.ts';
import { type Format, formats, render } from '../../../reports/renderers/formats.ts';
import { samples } from '../sections/fixtures.ts';

const results = Object.entries<Saved>(samples);
/** What programs read. */
const exports = formats.filter((format) => !['terminal', 'json', 'html'].includes(format));

/** Renders a result; null when the format has nothing of it. */
async function rendered(format: Format, saved: Saved): Promise<string | null> {
  try {
    return await render(format, saved, { color: false, width: 100 });
  } catch (error) {
    if (error instanceof ConfigurationError) return null;
    throw error;
  }
}

describe.each(results)('%s', (_, saved) => {
  test('is exported or refused by every format, without a number that is none', async () => {
    for (const format of exports) {
      const text = (await rendered(format, saved)) ?? '';
      expect(text, format).not.toMatch(/\b(?:undefined|NaN|Infinity)\b|\[object/);
    }
  });

  test('has each series once, with finite values', () => {
    const all = samplesOf(saved);
    expect(new Set(all.map(({ name, labels }) => JSON.stringify([name, labels]))).size).toBe(all.length);
    expect(all.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
  });
});
