/** `npm run verify:stats`: see commands/verify-stats.ts and docs/verdicts-verified.md. */

import { singleCommandMain } from '../cli/single-command.ts';
import { verifyStats } from './commands/verify-stats.ts';

await singleCommandMain('verify:stats', verifyStats);
