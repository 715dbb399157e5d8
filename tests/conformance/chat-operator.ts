import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { OperatedServer } from './operated-server.ts';
import type { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

/** Expects these bytes next at a client. */
async function receives(client: StreamClient, text: string): Promise<void> {
  expect(String(await client.read(text.length))).toBe(text);
}

/**
 * Tests sessions that send without a request, over streams. One server process for all tests but the one in which the
 * operator leaves.
 */
export function describeChatWithOperator(subject: Subject): void {
  let server: OperatedServer;

  beforeAll(async () => {
    server = await OperatedServer.start(subject);
  });
  afterEach(() => server.leave());
  afterAll(() => server?.kill());

  test('lines typed at the server’s terminal answer the client’s lines', async () => {
    const { client, number } = await server.connect();
    for (const turn of ['one', 'two']) {
      client.write(Buffer.from(`${turn}\n`));
      await server.shows(`client ${number}: ${turn}\n`);
      server.type(`answer to ${turn}\n`);
      await receives(client, `answer to ${turn}\n`);
    }
  });

  test('a client that has finished sending gets its answers, and then FIN', async () => {
    const { client, number } = await server.connect();
    client.write(Buffer.from('one\ntwo'));
    client.finish();
    await server.shows(`client ${number}: one\n`);
    server.type('first\nsecond\n');
    expect(String(await client.readToEnd())).toBe('first\nsecond\n');
    await server.shows(`client ${number} has left\n`);
  });

  test.each(['reset', 'finish'] as const)('a second client waits until the first leaves by %s', async (departure) => {
    const first = await server.connect();
    await server.shows(`client ${first.number} has connected\n`);
    const second = await server.connect();
    await receives(second.client, 'The operator is busy: please wait. Before you: 1.\n');
    await first.client[departure]();
    await receives(second.client, 'The operator is here now.\n');
    second.client.write(Buffer.from('hello\n'));
    await server.shows(`client ${second.number}: hello\n`);
    server.type('hi\n');
    await receives(second.client, 'hi\n');
  });

  test('a client that sends too much is notified and closed, and others are served', async () => {
    const { client } = await server.connect();
    client.write(Buffer.alloc(2 ** 20, 'x'));
    expect(String(await client.readToEnd())).toBe('You sent more than the operator can read.\n');
    const other = await server.connect();
    other.client.write(Buffer.from('hello\n'));
    await server.shows(`client ${other.number}: hello\n`);
    server.type('hi\n');
    await receives(other.client, 'hi\n');
  });

  test('when the operator’s input ends, clients are notified and closed', async () => {
    const left = await OperatedServer.start(subject);
    onTestFinished(() => left.kill());
    const { client } = await left.connect();
    client.write(Buffer.from('hello\n'));
    left.endInput();
    expect(String(await client.readToEnd())).toBe('The operator has left.\n');
    const late = await left.connect();
    expect(String(await late.client.readToEnd())).toBe('There is no operator.\n');
  });

  test('SIGTERM ends the server, with a client that awaits an answer', async () => {
    const { client, number } = await server.connect();
    client.write(Buffer.from('hello\n'));
    client.finish();
    await server.shows(`client ${number}: hello\n`);
    expect(await server.stop()).toBe(0);
    expect(String(await client.read(1))).toBe('');
  });
}
