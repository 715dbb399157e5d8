/** A process that opens connections, prints their time and memory, and ends. See held-connections.ts. */
import { dieWithParent } from '../../../sockets/os/process.ts';
import { Generator } from '../../load/generator.ts';
import type { HeldConnections } from './held-connections.ts';
import { closedLoop } from './loads.ts';
import { planFor } from './ours.ts';

const [parent = 0, port = 0, connections = 0, cpu = 0] = process.argv.slice(2).map(Number);
dieWithParent(parent);

const load = closedLoop({ transport: 'tcp', inFlight: connections, size: 64 });
const residentBytesBefore = process.memoryUsage.rss();
const generator = new Generator(planFor(load, port, cpu));
try {
  const { answered, seconds } = await generator.opened();
  const held: HeldConnections = {
    answered,
    openingSeconds: seconds,
    residentBytesBefore,
    residentBytesAfter: process.memoryUsage.rss(),
  };
  process.stdout.write(JSON.stringify(held));
} finally {
  await generator.stop();
}
