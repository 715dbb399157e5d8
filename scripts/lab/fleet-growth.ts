/** `npm run bench:fleet`: see commands/fleet-growth.ts and docs/fleet.md. */

import { singleCommandMain } from '../cli/single-command.ts';
import { fleetGrowth } from './commands/fleet-growth.ts';

await singleCommandMain('bench:fleet', fleetGrowth);
