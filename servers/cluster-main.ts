/** First code of every worker process of the cluster model. */
import { dieWithParent } from '../sockets/process.ts';
import type { WorkerMessage, WorkerSpec } from './models/cluster.ts';
import { model } from './models/event-driven.ts';

function tell(message: WorkerMessage): void {
  process.send?.(message);
}

const spec = JSON.parse(process.argv[2] ?? '') as WorkerSpec;
dieWithParent(spec.parentPid);
try {
  const server = await model.start(spec);
  tell({ kind: 'ready', address: server.address });
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
