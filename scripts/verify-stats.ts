/** `npm run verify:stats`: see commands/verify-stats.ts and docs/verdicts.md. */
import { verifyStats } from './commands/verify-stats.ts';
import { runSingleCommand } from './single-command.ts';

await runSingleCommand('verify:stats', verifyStats);
