/** `npm run bench:limit`: see commands/limit.ts and docs/limits.md. */
import { limit } from './commands/limit.ts';
import { runSingleCommand } from './single-command.ts';

await runSingleCommand('bench:limit', limit);
