/**
 * Opens and closes connections, one for each request, with this project's own load generator, in windows of `requests`
 * requests. After each window it reports its counts and the memory of this process over IPC, and waits for a message to
 * continue.
 */
import { once } from 'node:events';

const { address, connections, requests, windows, timeoutMs } = JSON.parse(process.argv[2]);
const { Generator } = await import('../../dist/bench/load/generator.js');
const { liveMemory } = await import('../../dist/sockets/memory/live-memory.js');

const point = {
  ...{ transport: 'tcp', app: 'echo', workload: 'request-response', connection: 'per-request' },
  ...{ connections, pipelining: 1, sizes: [{ from: 64, to: 64, share: 1 }] },
};
const protocol = { kind: 'echo', sizes: point.sizes };
const before = liveMemory().bytes;
const generator = new Generator({
  ...{
    point,
    protocol,
    address,
    threads: 1,
    cpus: [],
    arrivals: null,
    levels: null,
    requests,
    windows,
    streamKey: { seed: 1 },
  },
  ...{ timestamps: 'user', timeoutMs, openTimeoutMs: timeoutMs },
});
await generator.opened();
for (let window = 0; window < windows; window++) {
  const begin = Number(process.hrtime.bigint());
  const end = begin + timeoutMs * 1e6;
  generator.go({ begin, warmupEnd: begin, measureEnd: end, drainEnd: end + timeoutMs * 1e6 });
  const { counts } = await generator.finished();
  globalThis.gc?.();
  process.send({ completed: counts.completed, native: liveMemory().bytes, rss: process.memoryUsage().rss });
  await once(process, 'message');
}
await generator.stop();
process.send({ left: liveMemory().bytes - before });
process.disconnect();
