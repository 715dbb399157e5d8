import { afterAll, beforeAll, expect, test } from 'vitest';
import { LINGER_MS } from '../../servers/timing/lingering.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { clientsAtOnce } from './clients-at-once.ts';
import { serve } from './serve.ts';
import { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

const GREETING = Buffer.from('Hello from server');
const CLIENTS = 6;
/** More than the kernel's buffers take without a reader (tcp(7)). */
const UNASKED = 2 ** 20;

/** Tests a server that greets and closes, whatever the client sends. One server process for all tests. */
export function describeGreetingOnce({ model, app, transport }: Subject): void {
  const { together } = clientsAtOnce(model);
  let server: ServerProcess;

  beforeAll(async () => {
    server = await serve({ model, app, transport });
  });
  afterAll(() => server?.kill());

  const connect = () => StreamClient.connect(server.address, transport);

  test('greets and closes without waiting for a request', async () => {
    let quickest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i++) {
      await using client = await connect();
      const start = performance.now();
      expect(await client.readToEnd()).toEqual(GREETING);
      quickest = Math.min(quickest, performance.now() - start);
    }
    expect(quickest, 'FIN comes at once, not when patience with the client has ended').toBeLessThan(LINGER_MS);
  });

  test('the greeting is not lost when the client sends bytes meanwhile', async () => {
    await using client = await connect();
    client.write(Buffer.alloc(UNASKED, 'x'));
    expect(await client.readToEnd()).toEqual(GREETING);
  });

  test.runIf(together)('greets concurrent clients', async () => {
    const clients = await Promise.all(Array.from({ length: CLIENTS }, connect));
    const greetings = await Promise.all(clients.map((client) => client.readToEnd()));
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
    expect(greetings).toEqual(greetings.map(() => GREETING));
  });
}
