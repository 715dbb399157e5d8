/** `npm run verify:real`: see commands/verify-real.ts and docs/verdicts-verified.md. */

import { singleCommandMain } from '../cli/single-command.ts';
import { verifyReal } from './commands/verify-real.ts';

await singleCommandMain('verify:real', verifyReal);
