import { EXIT } from '../../bench/model/exit-code.ts';
import { formats } from '../../reports/catalog.ts';
import type { Command } from '../command.ts';
import type { OptionSet } from '../flags.ts';
import { show } from '../measure.ts';
import { displayOptions } from '../options.ts';

const options = {
  format: { type: 'string', default: 'terminal', describe: `One of ${formats.join(', ')}` },
  ...displayOptions,
} as const satisfies OptionSet;

/** `sockbench report`: renders saved results again. */
export const report: Command<typeof options> = {
  name: 'report',
  describe: 'Print saved results again',
  options,
  positional: { name: 'file', describe: 'Results, or the directory of a run', default: 'results/latest' },
  examples: [
    ['report', 'the last run'],
    ['report results/latest/results.json --format json', 'the same for programs'],
  ],
  async run(flags, file) {
    const format = flags.choice('format', 'format', formats) ?? 'terminal';
    flags.assertNoFaults();
    const { readResult } = await import('../../reports/reader.ts');
    await show(format, readResult(file), flags.has('no-color'));
    return EXIT.ok;
  },
};
