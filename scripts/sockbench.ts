#!/usr/bin/env node
/** Entry point of the program `sockbench`; see command-line.ts. */
import { exitNow } from '../sockets/process.ts';
import { explain, runCommandLine } from './command-line.ts';
import { endQuietlyOnBrokenPipe } from './output.ts';

endQuietlyOnBrokenPipe();
process.on('uncaughtException', (error) => exitNow(explain(error)));
process.exitCode = await runCommandLine(process.argv.slice(2));
