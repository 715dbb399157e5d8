import * as z from 'zod';
import { ConfigurationError } from '../../../bench/model/errors.ts';
import { EXIT } from '../../../bench/model/exit-code.ts';
import type { Command } from '../../cli/command.ts';
import { text, toggle } from '../../cli/flag-types.ts';
import { log } from '../../cli/output.ts';
import { chromiumPath } from '../pictures/chromium.ts';
import type { Picture } from '../pictures/take-pictures.ts';

const schema = z.strictObject({
  to: text().prefault('docs/pictures').meta({ description: 'Directory of the pictures' }),
  section: text().optional().meta({
    description: 'Id of the section of the report to show, such as throughput [default: its beginning]',
  }),
  live: toggle().meta({ description: 'Measure for a minute, and take a picture of the live page, of no file' }),
});

/** Makes pictures of the report pages of saved results, for README.md and docs/: desktop and phone, light and dark. */
export const pictures: Command<typeof schema> = {
  name: '$0',
  describe: 'Makes pictures of the report pages of saved results: desktop and phone, light and dark.',
  schema,
  positional: { name: 'files', describe: 'Files of results', default: 'results/latest', several: true },
  examples: [['bench.json capacity.json --section throughput', 'One section of two reports']],
  async run(flags, ...files) {
    const { to, section, live } = flags.values;
    const browser = chromiumPath();
    if (browser === undefined) flags.refuse('there is no chromium here: install it, or name it in SOCKBENCH_CHROMIUM');
    flags.assertNoFaults();
    if (live) {
      const { takeLivePicture } = await import('../pictures/take-live-picture.ts');
      report(await takeLivePicture(browser ?? '', to));
      return EXIT.ok;
    }
    const { takePictures } = await import('../pictures/take-pictures.ts');
    for (const file of files) {
      const taken = await takePictures(browser ?? '', { file, directory: to, section });
      if (taken.length === 0) throw new ConfigurationError([`--section: the report of ${file} has no ${section}`]);
      taken.forEach(report);
    }
    return EXIT.ok;
  },
};

function report({ picture, bytes }: Picture): void {
  log(`${picture}: ${Math.ceil(bytes / 1000)} kB`);
}
