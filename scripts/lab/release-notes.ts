/** `npm run release-notes`: see commands/release-notes.ts and CONTRIBUTING.md. */

import { singleCommandMain } from '../cli/single-command.ts';
import { releaseNotes } from './commands/release-notes.ts';

await singleCommandMain('release-notes', releaseNotes);
