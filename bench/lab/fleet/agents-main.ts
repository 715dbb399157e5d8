/** A process of agents for the measurements of this folder: see agent-processes.ts. */
import { availableParallelism } from 'node:os';
import { dieWithParent } from '../../../sockets/os/process.ts';
import { serveAsAgent } from '../../fleet/agent/agent.ts';
import { loadsOfThisProcess } from '../../fleet/agent/agent-load.ts';
import { connectToNats } from '../../fleet/bus/nats-bus.ts';
import { whileStamping } from '../../measure/stamping.ts';
import { openSimulatedLoad } from './simulated-load.ts';

const [parent = '0', url = '', loads = '', count = '1'] = process.argv.slice(2);
dieWithParent(Number(parent));
const openLoad = loads === 'simulated' ? openSimulatedLoad : loadsOfThisProcess(() => undefined);

async function serve(number: number): Promise<void> {
  const name = `${process.pid}-${number}`;
  const bus = await connectToNats({ url, credentials: null, name, reconnects: false });
  const card = {
    ...{ name, labels: {}, cpus: availableParallelism(), kernel: '', node: '', version: '', openFiles: null },
    ...{ targets: [], findings: [] },
  };
  const settings = { bus, card, admission: () => undefined, openLoad, log: () => undefined };
  await serveAsAgent(settings, new AbortController().signal);
}

await whileStamping(async () => {
  await Promise.all(Array.from({ length: Number(count) }, (_, number) => serve(number)));
});
