import { once } from 'node:events';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { LINGER_MS } from '../../servers/timing/lingering.ts';
import { type Holdings, holdings } from '../servers/process-tree.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { soon, until } from '../servers/until.ts';
import { clientsAtOnce } from './clients-at-once.ts';
import { nothingLeft } from './nothing-left.ts';
import { serve } from './serve.ts';
import { stopsPromptly } from './stops-promptly.ts';
import { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

/** Expected bytes of a server that reads one message, with one read, and then closes: before and after the message. */
interface Dialogue {
  readonly first: Buffer;
  /** Not sent when no message came. */
  readonly last: Buffer;
}

const CLIENTS = 6;
const MESSAGE = 'a message';
/** More than the kernel's buffers take from a narrow client without a reader, which is 128 KiB (tcp(7)). */
const TOO_MUCH = 4 * 2 ** 20;

/** Tests a server that ends the conversation itself, over streams. One server process for all tests. */
export function describeDialogues({ model, app, transport }: Subject, { first, last }: Dialogue): void {
  const { together } = clientsAtOnce(model);
  const all = Buffer.concat([first, last]);
  let server: ServerProcess;
  let idle: Holdings;

  beforeAll(async () => {
    server = await serve({ model, app, transport });
    idle = holdings(server.pid);
  });
  afterAll(() => server?.kill());

  const connect = () => StreamClient.connect(server.address, transport);

  /** Sends `sent`, and returns what the server sends up to its FIN. */
  async function answer(sent: string, { finish }: { finish: boolean }): Promise<Buffer> {
    await using client = await connect();
    client.write(Buffer.from(sent));
    if (finish) client.finish();
    return await client.readToEnd();
  }

  test('a dialogue is the server’s first bytes, a message, the server’s last bytes, and FIN', async () => {
    let quickest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i++) {
      await using client = await connect();
      expect(await client.read(first.length)).toEqual(first);
      const start = performance.now();
      client.write(Buffer.from(MESSAGE));
      expect(await client.readToEnd()).toEqual(last);
      quickest = Math.min(quickest, performance.now() - start);
    }
    expect(quickest, 'FIN comes with the end, not when patience with the client has ended').toBeLessThan(LINGER_MS);
  });

  test('one read is one message: the server waits for no newline and no end of the stream', async () => {
    for (const message of ['Hello, Server!', 'x', '\n']) expect(await answer(message, { finish: false })).toEqual(all);
  });

  test('a client that finishes with its message gets the same bytes', async () => {
    expect(await answer(MESSAGE, { finish: true })).toEqual(all);
  });

  test('a client that finishes without a message gets the first bytes alone', async () => {
    expect(await answer('', { finish: true })).toEqual(first);
  });

  test('1 MiB is more than one message: the first read is answered, and the rest is discarded', async () => {
    expect(await answer('x'.repeat(2 ** 20), { finish: false })).toEqual(all);
  });

  // A socket closed with these bytes unread would send a reset, which fails this client's writes.
  test('bytes after the message are discarded, and the reply is not lost', async () => {
    await using client = await StreamClient.connectNarrow(server.address, transport);
    client.write(Buffer.from(MESSAGE));
    client.write(Buffer.alloc(TOO_MUCH, 'x\n'));
    client.finish();
    await soon('all to be sent', once(client.socket, 'finish'));
    expect(await client.readToEnd()).toEqual(all);
  });

  test('a reset does not affect other clients', async () => {
    for (const sent of ['', MESSAGE]) {
      await using victim = await connect();
      victim.write(Buffer.from(sent));
      await victim.reset();
      expect(await answer(MESSAGE, { finish: false })).toEqual(all);
    }
  });

  test('concurrent clients each have their own dialogue', async () => {
    const clients = await Promise.all(Array.from({ length: CLIENTS }, connect));
    onTestFinished(() => {
      for (const client of clients) client.socket.destroy();
    });
    if (together) {
      const received = await Promise.all(clients.map((client) => client.read(first.length)));
      expect(received).toEqual(clients.map(() => first));
    }
    const replies = await Promise.all(
      clients.map(async (client) => {
        client.write(Buffer.from(MESSAGE));
        const reply = await client.readToEnd();
        client.finish();
        return reply;
      }),
    );
    expect(replies).toEqual(clients.map(() => (together ? last : all)));
  });

  test('clients leave nothing behind', () => nothingLeft(server, idle, 2 * CLIENTS));

  // It takes one second for each model (LINGER_MS), so only one app that ends conversations is tested.
  test.runIf(app === 'ack')('a client that neither finishes nor stops sending is dropped', async () => {
    await using client = await connect();
    client.write(Buffer.from(MESSAGE));
    expect(await client.readToEnd()).toEqual(all);
    await until('the connection to be closed', () => {
      client.write(Buffer.from('x'));
      return client.socket.destroyed;
    });
    expect(await answer(MESSAGE, { finish: false })).toEqual(all);
  });

  test('SIGTERM ends the server promptly, with clients whose FIN it awaits', async () => {
    await using lingering = await connect();
    lingering.write(Buffer.from(MESSAGE));
    expect(await lingering.readToEnd()).toEqual(all);
    await using silent = await connect();
    if (together) expect(await silent.read(first.length)).toEqual(first);
    await stopsPromptly(server);
  });
}
