#!/usr/bin/env node
/** Entry point of the program `sockbench`; see command-line.ts. */
import { exitNow } from '../sockets/os/process.ts';
import { restoreNow } from './cli/at-exit.ts';
import { endQuietlyOnBrokenPipe } from './cli/output.ts';
import { explain, runCommandLine } from './commands/command-line.ts';

endQuietlyOnBrokenPipe();
process.on('uncaughtException', (error) => {
  restoreNow();
  exitNow(explain(error));
});
process.exitCode = await runCommandLine(process.argv.slice(2));
