/** `npm run verify:stats`: see commands/verify-stats.ts and docs/verdicts.md. */
import { verifyStats } from './commands/verify-stats.ts';
import { singleCommandMain } from '../cli/single-command.ts';

await singleCommandMain('verify:stats', verifyStats);
