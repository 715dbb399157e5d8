/** `npm run bench:fleet`: see commands/fleet.ts and docs/fleet.md. */

import { singleCommandMain } from '../cli/single-command.ts';
import { fleet } from './commands/fleet.ts';

await singleCommandMain('bench:fleet', fleet);
