import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PageAssets } from './page.ts';

/**
 * Reads the files that pages contain: those of `browser/`, which are published as they are, and uPlot.
 * @throws {Error} of the file system, when the package is incomplete.
 */
export function readPageAssets(): PageAssets {
  const { resolve } = createRequire(import.meta.url);
  // The package refers to itself by its name, because this module runs in reports/ and in dist/reports/.
  const own = join(dirname(resolve('sockbench/package.json')), 'reports/page/browser');
  const plot = dirname(resolve('uplot'));
  const text = (...path: string[]) => inline(readFileSync(join(...path), 'utf8'), path.join('/'));
  return {
    styles: text(own, 'page.css'),
    script: text(own, 'page.js'),
    plot: {
      styles: text(plot, 'uPlot.min.css'),
      library: text(plot, 'uPlot.iife.min.js'),
      script: ['value-format.js', 'plot-drawing.js', 'interactive-charts.js'].map((name) => text(own, name)).join('\n'),
    },
  };
}

/** An end tag would end the element that contains the text. */
function inline(text: string, file: string): string {
  if (/<\/(?:script|style)/i.test(text)) throw new Error(`${file} contains the end tag of its element`);
  return text;
}
