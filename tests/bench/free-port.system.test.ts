import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from '../../bench/measure/free-port.ts';

test.each(['tcp', 'udp'] as const)('a free port for %s is none that the system gives to clients', async (transport) => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort(transport)));
  for (const port of ports) expect(port).toBeLessThan(32_768);
  expect(new Set(ports).size).toBeGreaterThan(10);
  const server = createServer().listen(ports[0], '127.0.0.1');
  await once(server, 'listening');
  server.close();
});
