/** First code of every worker process of the cluster model. */
import cluster from 'node:cluster';
import { dieWithParent } from '../sockets/process.ts';
import type { WorkerMessage, WorkerSpec } from './models/cluster.ts';
import { model } from './models/event-driven.ts';
import { ofSeveral } from './work/spec.ts';

function tell(message: WorkerMessage): void {
  process.send?.(message);
}

const spec = JSON.parse(process.argv[2] ?? '') as WorkerSpec;
dieWithParent(spec.parentPid);
try {
  const server = await model.start(ofSeveral(spec, cluster.worker?.id ?? 0));
  tell({ kind: 'ready', address: server.address });
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
