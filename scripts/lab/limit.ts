/** `npm run bench:limit`: see commands/limit.ts and docs/limits.md. */

import { singleCommandMain } from '../cli/single-command.ts';
import { limit } from './commands/limit.ts';

await singleCommandMain('bench:limit', limit);
