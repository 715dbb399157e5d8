#!/usr/bin/env node
/** Entry point of the program `sockbench`; see command-line.ts. */
import { exitNow } from '../sockets/os/process.ts';
import { endQuietlyOnBrokenPipe } from './cli/output.ts';
import { explain, runCommandLine } from './commands/command-line.ts';

endQuietlyOnBrokenPipe();
process.on('uncaughtException', (error) => exitNow(explain(error)));
process.exitCode = await runCommandLine(process.argv.slice(2));
