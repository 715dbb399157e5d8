/** Starts the host whose path and spec it is given, tells of it in a line on stdout, and stays until it is killed. */
import { spawn } from 'node:child_process';

const [, , hostPath, spec] = process.argv;
const argument = JSON.stringify({ ...JSON.parse(spec), parentPid: process.pid });
const host = spawn(process.execPath, [hostPath, argument], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
host.on('message', (message) => process.stdout.write(`${JSON.stringify({ ...message, pid: host.pid })}\n`));
