/** A process of many agents with simulated loads. See growth.ts. */
import { dieWithParent } from '../../../sockets/os/process.ts';
import { serveAsAgent } from '../../fleet/agent/agent.ts';
import { connectToNats } from '../../fleet/bus/nats-bus.ts';
import { openSimulatedLoad } from './simulated-load.ts';

const [parent = '0', url = '', count = '1'] = process.argv.slice(2);
dieWithParent(Number(parent));

await Promise.all(
  Array.from({ length: Number(count) }, async (_, i) => {
    const name = `simulated-${i}`;
    const bus = await connectToNats({ url, credentials: null, name, reconnects: false });
    const card = {
      name,
      labels: {},
      cpus: 1,
      kernel: '',
      node: '',
      version: '',
      openFiles: null,
      targets: [],
      findings: [],
    };
    const settings = { bus, card, admission: () => undefined, openLoad: openSimulatedLoad, log: () => undefined };
    await serveAsAgent(settings, new AbortController().signal);
  }),
);
