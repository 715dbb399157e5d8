import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PageAssets } from './page.ts';

/** Style sheets in their order: later ones override earlier ones. */
const STYLES = ['colors', 'page', 'tables', 'charts', 'intervals', 'legends', 'print'];

/**
 * Reads the files that pages contain: those of `browser/`, which are published as they are, and uPlot.
 * @throws {Error} of the file system, when the package is incomplete.
 */
export function readPageAssets(): PageAssets {
  const { resolve } = createRequire(import.meta.url);
  // The package refers to itself by its name, because this module runs in reports/ and in dist/reports/.
  const directory = join(dirname(resolve('sockbench/package.json')), 'reports/page/browser');
  const own = (...names: string[]) => names.map((name) => compact(read(join(directory, name)))).join('\n');
  const plot = dirname(resolve('uplot'));
  return {
    styles: own(...STYLES.map((name) => `${name}.css`)),
    script: own('page.js'),
    plot: {
      styles: read(join(plot, 'uPlot.min.css')),
      library: read(join(plot, 'uPlot.iife.min.js')),
      script: own('value-format.js', 'plot-drawing.js', 'interactive-charts.js'),
    },
  };
}

/** Leaves out indentation and lines that are comments, which no reader of a page needs. */
function compact(text: string): string {
  return text.replace(/^\s+/gm, '').replace(/^(?:\/\/.*|\/\*[\s\S]*?\*\/)\n/gm, '');
}

/** An end tag would end the element that contains the text. */
function read(file: string): string {
  const text = readFileSync(file, 'utf8');
  if (/<\/(?:script|style)/i.test(text)) throw new Error(`${file} contains the end tag of its element`);
  return text;
}
