/** Entry point of every generator thread. See generator.ts. */
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { freeThreadMemory } from '../../sockets/memory/thread-memory.ts';
import { setAffinity } from '../../sockets/os/cpu.ts';
import { setTimerSlack } from '../../sockets/os/process.ts';
import { SocketEngine } from './engines/sockets.ts';
import { loadWorkload } from './engines/workloads.ts';
import { loadProtocol } from './protocols/load-protocol.ts';
import type { ThreadMessage } from './thread-reports.ts';
import type { Assignment } from './threads/assignment.ts';

function post(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

// The hot loop consists of many small functions. V8's default budget inlines only some of them: that cost 10 % of user
// time.
setFlagsFromString('--max-inlined-bytecode-size=2000');
setFlagsFromString('--max-inlined-bytecode-size-cumulative=4000');
// Not --no-lazy-feedback-allocation: a start takes two thirds of the time with it, and each request 8 % more CPU time.

const assignment = workerData as Assignment;
if (assignment.cpus.length > 0) setAffinity(0, assignment.cpus);
const { point, firstConnection, streamKey, selection } = assignment;
// The start of a load, and requests at a rate, are waited for.
setTimerSlack(1);
const targets = selection && new (await import('./targets/selection.ts')).TargetSelection(assignment, selection);
const scope = {
  ...{ connections: point.connections, firstConnection, streamKey },
  ...(targets && { targetOf: (c: number) => targets.of(c) }),
};
const protocol = await loadProtocol(assignment.protocol, scope);
const engine = new SocketEngine(assignment, await loadWorkload(assignment, protocol), targets);
post({ kind: 'opened', report: engine.open() });
let windows = 0;
do {
  post({ kind: 'finished', report: engine.run() });
  windows++;
} while (windows < assignment.windows && !engine.hasEnded);
engine.close();
freeThreadMemory();
