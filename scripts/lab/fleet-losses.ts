/** `npm run fleet:losses`: see commands/fleet-losses.ts and docs/fleet.md. */

import { singleCommandMain } from '../cli/single-command.ts';
import { fleetLosses } from './commands/fleet-losses.ts';

await singleCommandMain('fleet:losses', fleetLosses);
