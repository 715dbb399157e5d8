import { bench, exitCode, render, serve } from 'sockbench';

/** Compares two models, and reports each trial when it ends: `node compare.mjs`. */
const measurement = bench({ models: ['epoll', 'async'], connections: [1, 16], transports: 'tcp', duration: '200ms' });
for await (const event of measurement) {
  if (event.event !== 'trial-ended') continue;
  const { target, connections, throughput } = event.trial;
  process.stderr.write(
    `${target}, ${connections} connections: ${Math.round(throughput.requestsPerSecond)} requests/s\n`,
  );
}
const result = await measurement;
process.stdout.write(await render('terminal', result));
process.exitCode = exitCode(result);

// A server for your own clients. It ends with this program, or when it is closed.
const server = await serve({ model: 'async', app: 'http' });
process.stderr.write(`${server.url} answered ${(await fetch(server.url)).status}\n`);
await server.close();
