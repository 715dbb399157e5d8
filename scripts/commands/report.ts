import * as z from 'zod';
import { incomparabilities } from '../../bench/model/comparability.ts';
import { NotComparableError } from '../../bench/model/errors.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { formats } from '../../reports/renderers/formats.ts';
import type { Command } from '../cli/command.ts';
import { oneOf } from '../cli/flag-types.ts';
import { print } from '../cli/output.ts';
import { plotFlags } from '../flags/output.ts';
import { type Look, screenOptions, show } from '../session/measure.ts';

const schema = z.strictObject({
  format: oneOf('format', formats)
    .prefault('terminal')
    .meta({ description: `One of ${formats.join(', ')}` }),
  ...plotFlags,
});

/** `sockbench report`: prints saved results again, or two of them side by side. */
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
    ['report before.json after.json', 'two runs side by side, if they can be compared'],
  ],
  async run(flags, file = '', other, ...more) {
    const { format, ascii, 'no-color': noColor } = flags.values;
    for (const argument of more) flags.refuse(`unexpected argument '${argument}': at most two results`);
    if (other !== undefined && format !== 'terminal')
      flags.refuse(`--format: two results can't be printed as ${format}`);
    flags.assertNoFaults();
    if (other === undefined) {
      const { readSaved } = await import('../../reports/files/reader.ts');
      await show(format, readSaved(file), { noColor, ascii });
    } else await showSideBySide(file, other, { noColor, ascii });
    return EXIT.ok;
  },
};

/**
 * Prints two results side by side.
 * @throws {NotComparableError} when differences make a comparison meaningless; names all of them.
 */
async function showSideBySide(fileA: string, fileB: string, look: Look): Promise<void> {
  const [{ readResult }, { renderSideBySide }] = await Promise.all([
    import('../../reports/files/reader.ts'),
    import('../../reports/renderers/side-by-side.ts'),
  ]);
  const [a, b] = [readResult(fileA), readResult(fileB)];
  const differences = incomparabilities(a, b);
  if (differences.length > 0) {
    throw new NotComparableError(`${fileA} (A) and ${fileB} (B) can't be compared, because these differ:`, differences);
  }
  print(renderSideBySide({ name: fileA, result: a }, { name: fileB, result: b }, screenOptions(look)));
}
