/** `npm run bench:limit`: see commands/limit.ts and docs/limits.md. */
import { limit } from './commands/limit.ts';
import { singleCommandMain } from '../cli/single-command.ts';

await singleCommandMain('bench:limit', limit);
