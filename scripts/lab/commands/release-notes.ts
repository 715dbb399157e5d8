import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { EXIT } from '../../../bench/model/exit-code.ts';
import { packageRoot, packageVersion } from '../../../bench/model/package.ts';
import type { Command } from '../../cli/command.ts';
import { text } from '../../cli/flag-types.ts';
import { print } from '../../cli/output.ts';
import { notesOf } from '../changelog.ts';

const schema = z.strictObject({
  tag: text().optional().meta({ description: 'The tag of the release, which must name the version: v1.2.3' }),
});

/** `npm run release-notes`: prints the changes of the version in package.json. */
export const releaseNotes: Command<typeof schema> = {
  name: '$0',
  describe: 'Print the section of CHANGELOG.md about the version in package.json, which must be complete',
  schema,
  examples: [['--tag v1.2.3', 'also check the tag']],
  async run(flags) {
    flags.assertNoFaults();
    const changelog = readFileSync(new URL('CHANGELOG.md', packageRoot()), 'utf8');
    print(notesOf(changelog, packageVersion(), flags.values.tag));
    return EXIT.ok;
  },
};
