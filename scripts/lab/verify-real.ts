/** `npm run verify:real`: see commands/verify-real.ts and docs/verdicts.md. */
import { verifyReal } from './commands/verify-real.ts';
import { singleCommandMain } from '../cli/single-command.ts';

await singleCommandMain('verify:real', verifyReal);
