/** Loaded before a program: it receives SIGTERM as soon as it has started another. */
const childProcess = require('node:child_process');
const { syncBuiltinESMExports } = require('node:module');

const { spawn } = childProcess;
childProcess.spawn = (...command) => {
  const child = spawn(...command);
  process.kill(process.pid, 'SIGTERM');
  return child;
};
syncBuiltinESMExports();
