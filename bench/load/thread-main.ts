/** First code of every generator thread. See generator.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { setAffinity } from '../../sockets/cpu.ts';
import type { Assignment } from './assignment.ts';
import { Engine } from './engine.ts';
import type { ThreadMessage } from './generator.ts';

function tell(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

const assignment = workerData as Assignment;
if (assignment.cpus.length > 0) setAffinity(0, assignment.cpus);
const engine = new Engine(assignment);
tell({ kind: 'opened', report: engine.open() });
tell({ kind: 'finished', report: engine.run() });
engine.close();
