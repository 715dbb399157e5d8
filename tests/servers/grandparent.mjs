/** Starts a host, given its path and spec, relays its messages as lines on stdout, and stays until it is killed. */
import { spawn } from 'node:child_process';

const [, , hostPath, spec] = process.argv;
const argument = JSON.stringify({ ...JSON.parse(spec), parentPid: process.pid });
const host = spawn(process.execPath, [hostPath, argument], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
host.on('message', (message) => process.stdout.write(`${JSON.stringify({ ...message, pid: host.pid })}\n`));
