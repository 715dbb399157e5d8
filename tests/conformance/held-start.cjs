// Preloaded into every thread and process of a server (NODE_OPTIONS). Those that the server starts write a line to one
// file, and wait until another, a FIFO, is opened for writing. After the FIFO is removed none waits.
const { appendFileSync, readFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

const { HELD_BY: tester, HELD_LIST: list, HELD_UNTIL: fifo } = process.env;
if (!isMainThread || process.ppid !== Number(tester)) {
  appendFileSync(list, `${process.pid}\n`);
  try {
    readFileSync(fifo);
  } catch {
    // The FIFO is gone: do not wait.
  }
}
