/**
 * Runs command lines of the built program in this process, one after the other. A message contains the arguments and
 * the working directory; the answer contains the exit code and the output of the command line.
 */
import { runCommandLine } from '../../dist/scripts/commands/command-line.js';

let written = {};
for (const stream of ['stdout', 'stderr']) {
  process[stream].write = (text) => {
    written[stream] += text;
    return true;
  };
}

process.on('message', async ({ args, cwd }) => {
  written = { stdout: '', stderr: '' };
  process.chdir(cwd);
  const code = await runCommandLine(args);
  process.send({ code, ...written });
});
