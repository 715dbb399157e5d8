/** First code of the child process that runs one server for a harness. See host.ts. */
import { dieWithParent, raiseOpenFileLimit } from '../sockets/process.ts';
import { loadModel, type ModelName } from './catalog.ts';
import { HOST_QUESTION, type HostMessage, type HostSpec } from './host.ts';
import { endOnFailure, stopOnSignal } from './lifetime.ts';

/** As many as Linux allows a process by default: fs.nr_open. */
const OPEN_FILES = 1_048_576;

function tell(message: HostMessage): void {
  process.send?.(message);
}

const spec = JSON.parse(process.argv[2] ?? '') as HostSpec;
dieWithParent(spec.parentPid);
endOnFailure();
try {
  raiseOpenFileLimit(OPEN_FILES);
  const model = await loadModel(spec.model as ModelName);
  const server = await model.start(spec, (how) => tell({ kind: 'ended', how }));
  stopOnSignal(server);
  process.on('message', (message) => {
    // Libuv handles SIGCHLD after what it polled in the same turn, and immediates after that.
    if (message === HOST_QUESTION) setImmediate(tell, { kind: 'answer' } satisfies HostMessage);
  });
  tell({ kind: 'ready', address: server.address });
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  process.disconnect?.();
}
