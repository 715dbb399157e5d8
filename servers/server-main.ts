/** Entry point of the child process that runs one server for a harness. See spawning/host-messages.ts. */
import { dieWithParent, raiseOpenFileLimit } from '../sockets/os/process.ts';
import { hasUnreapedChild } from '../sockets/os/process-tree.ts';
import { loadModel, type ModelName } from './model-catalog.ts';
import { HOST_QUESTION, type HostMessage, type HostSpec } from './spawning/host-messages.ts';
import { endOnFailure, stopOnSignal } from './spawning/stop-on-signal.ts';

/** Linux's default maximum for a process: fs.nr_open. */
const OPEN_FILES = 1_048_576;

function send(message: HostMessage): void {
  process.send?.(message);
}

/**
 * Answers once every child process that has ended by now was waited for. The question can come before SIGCHLD is
 * handled: the kernel may deliver the signal to another thread, which writes to libuv's pipe when it gets a CPU.
 */
function answer(): void {
  if (hasUnreapedChild(process.pid)) setImmediate(answer);
  else send({ kind: 'answer' });
}

const spec = JSON.parse(process.argv[2] ?? '') as HostSpec;
dieWithParent(spec.parentPid);
endOnFailure();
try {
  raiseOpenFileLimit(OPEN_FILES);
  const model = await loadModel(spec.model as ModelName);
  const server = await model.start(spec, (how) => send({ kind: 'ended', how }));
  stopOnSignal(server);
  process.on('message', (message) => {
    if (message === HOST_QUESTION) setImmediate(answer);
  });
  send({ kind: 'ready', address: server.address });
} catch (error) {
  send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  process.disconnect?.();
}
