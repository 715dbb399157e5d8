/**
 * Starts a host, given its path and spec, writes its pid and then its messages as lines to stdout, and stays until it is
 * killed. What the host starts can be held: conformance/held-starts.ts.
 */
import { spawn } from 'node:child_process';

const [, , hostPath, spec] = process.argv;
const argument = JSON.stringify({ ...JSON.parse(spec), parentPid: process.pid });
const host = spawn(process.execPath, [hostPath, argument], {
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  env: { ...process.env, HELD_BY: String(process.pid) },
});
process.stdout.write(`${host.pid}\n`);
host.on('message', (message) => process.stdout.write(`${JSON.stringify(message)}\n`));
