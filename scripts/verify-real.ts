/** `npm run verify:real`: see commands/verify-real.ts and docs/verdicts.md. */
import { verifyReal } from './commands/verify-real.ts';
import { runSingleCommand } from './single-command.ts';

await runSingleCommand('verify:real', verifyReal);
