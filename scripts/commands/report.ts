import * as z from 'zod';
import { incomparabilities } from '../../bench/model/comparability.ts';
import { NotComparableError } from '../../bench/model/errors.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import type { Saved } from '../../reports/files/saved.ts';
import { type Format, formats, render, renderPair, showsPairs } from '../../reports/renderers/formats.ts';
import type { RenderOptions } from '../../reports/renderers/renderer.ts';
import type { Command } from '../cli/command.ts';
import { oneOf } from '../cli/flag-types.ts';
import { print } from '../cli/output.ts';
import { plotFlags, reportFlags } from '../flags/output.ts';
import { fileOptions, writeReports } from '../session/delivery.ts';
import { screenOptions } from '../session/measure.ts';
import { openReport, pageOf } from '../session/report-page.ts';

const schema = z.strictObject({
  format: oneOf('format', formats)
    .prefault('terminal')
    .meta({ description: `One of ${formats.join(', ')}` }),
  ...reportFlags,
  ...plotFlags,
});

/** `sockbench report`: shows saved results again, or two of them side by side. */
export const report: Command<typeof schema> = {
  name: 'report',
  describe: 'Print saved results again, or two of them side by side',
  schema,
  positional: {
    name: 'files',
    describe: 'A file of results, or the directory of a run; two are shown side by side',
    default: 'results/latest',
    several: true,
  },
  examples: [
    ['report', 'the last run'],
    ['report results/latest/results.json --format json', 'the same as JSON, for programs'],
    ['report --open', 'the last run as a page, in a browser'],
    ['report before.json after.json', 'two runs side by side, if they can be compared'],
    ['report before.json after.json --out html=both.html', 'the same as a page, too'],
  ],
  async run(flags, file = '', other, ...more) {
    const { format, out, open, ascii, 'no-color': noColor } = flags.values;
    const look = { noColor, ascii };
    for (const argument of more) flags.refuse(`unexpected argument '${argument}': at most two results`);
    if (other !== undefined) {
      if (!showsPairs(format)) flags.refuse(`--format: two results can't be printed as ${format}`);
      for (const report of out) {
        if (!showsPairs(report.format)) flags.refuse(`${report.flag}: two results can't be shown as ${report.format}`);
      }
      if (open && pageOf(out) === undefined) flags.refuse('--open: with two results, name the page: --out html=FILE');
    }
    flags.assertNoFaults();
    const { locateSaved, readSaved } = await import('../../reports/files/reader.ts');
    const source = other === undefined ? single(readSaved(file)) : await pair(file, other);
    if (!out.some((report) => report.file === '-')) print(await source(format, screenOptions(look)));
    await writeReports(out, (each) => source(each, fileOptions(look)));
    if (open) await openReport(locateSaved(file), out, () => source('html', fileOptions(look)));
    return EXIT.ok;
  },
};

/** Renders what is reported in a format. */
type Source = (format: Format, options: RenderOptions) => Promise<string>;

function single(saved: Saved): Source {
  return (format, options) => render(format, saved, options);
}

/**
 * Reads two results to be shown side by side.
 * @throws {NotComparableError} when differences make a comparison meaningless; names all of them.
 */
async function pair(fileA: string, fileB: string): Promise<Source> {
  const { readResult } = await import('../../reports/files/reader.ts');
  const [a, b] = [readResult(fileA), readResult(fileB)];
  const differences = incomparabilities(a, b);
  if (differences.length > 0) {
    throw new NotComparableError(`${fileA} (A) and ${fileB} (B) can't be compared, because these differ:`, differences);
  }
  const [namedA, namedB] = [
    { name: withoutSlash(fileA), result: a },
    { name: withoutSlash(fileB), result: b },
  ];
  return (format, options) => renderPair(format, namedA, namedB, options);
}

/** Folders, which shells complete with a slash at the end, are named without it. */
function withoutSlash(file: string): string {
  return file.replace(/(?<=.)\/+$/, '');
}
