import { expect, onTestFinished, test } from 'vitest';
import { Program } from '../cli/program.ts';
import { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

/** Starts a server whose operator is this test. */
async function operated({ model, app, transport }: Subject) {
  const args = ['serve', '--model', model, '--app', app, '--transport', transport];
  const program = new Program(args, { stdin: 'pipe' });
  const [, port] = await program.waitForOutput(/ on 127\.0\.0\.1:(\d+)\n/);
  return {
    program,
    async connect() {
      const client = await StreamClient.connect({ host: '127.0.0.1', port: Number(port) }, transport);
      onTestFinished(() => {
        client.socket.destroy();
      });
      return client;
    },
  };
}

/** Expects these bytes next at a client. */
async function receives(client: StreamClient, text: string): Promise<void> {
  expect(String(await client.read(text.length))).toBe(text);
}

/** Tests sessions that send without a request, over streams. */
export function describeChatWithOperator(subject: Subject): void {
  test('lines typed at the server’s terminal answer the client’s lines', async () => {
    const { program, connect } = await operated(subject);
    const client = await connect();
    for (const turn of ['one', 'two']) {
      client.write(Buffer.from(`${turn}\n`));
      await program.waitForOutput(new RegExp(`client 1: ${turn}\n`), 'stdout');
      program.type(`answer to ${turn}\n`);
      await receives(client, `answer to ${turn}\n`);
    }
  });

  test('a client that has finished sending gets its answers, and then FIN', async () => {
    const { program, connect } = await operated(subject);
    const client = await connect();
    client.write(Buffer.from('one\ntwo'));
    client.finish();
    await program.waitForOutput(/client 1: one\n/, 'stdout');
    program.type('first\nsecond\n');
    expect(String(await client.readToEnd())).toBe('first\nsecond\n');
    await program.waitForOutput(/client 1 has left\n/, 'stdout');
  });

  test.each(['reset', 'finish'] as const)('a second client waits until the first leaves by %s', async (departure) => {
    const { program, connect } = await operated(subject);
    const first = await connect();
    await program.waitForOutput(/client 1 has connected\n/, 'stdout');
    const second = await connect();
    await receives(second, 'The operator is busy: please wait. Before you: 1.\n');
    await first[departure]();
    await receives(second, 'The operator is here now.\n');
    second.write(Buffer.from('hello\n'));
    await program.waitForOutput(/client 2: hello\n/, 'stdout');
    program.type('hi\n');
    await receives(second, 'hi\n');
  });

  test('when the operator’s input ends, clients are notified and closed', async () => {
    const { program, connect } = await operated(subject);
    const client = await connect();
    client.write(Buffer.from('hello\n'));
    program.endInput();
    expect(String(await client.readToEnd())).toBe('The operator has left.\n');
    const late = await connect();
    expect(String(await late.readToEnd())).toBe('There is no operator.\n');
  });

  test('a client that sends too much is notified and closed, and others are served', async () => {
    const { program, connect } = await operated(subject);
    const client = await connect();
    client.write(Buffer.alloc(2 ** 20, 'x'));
    expect(String(await client.readToEnd())).toBe('You sent more than the operator can read.\n');
    const other = await connect();
    other.write(Buffer.from('hello\n'));
    await program.waitForOutput(/client 2: hello\n/, 'stdout');
  });

  test('SIGTERM ends the server, with a client that awaits an answer', async () => {
    const { program, connect } = await operated(subject);
    const client = await connect();
    client.write(Buffer.from('hello\n'));
    client.finish();
    await program.waitForOutput(/client 1: hello\n/, 'stdout');
    program.process.kill('SIGTERM');
    expect((await program.end()).code).toBe(0);
    expect(String(await client.read(1))).toBe('');
  });
}
