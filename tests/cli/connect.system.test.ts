import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { whyMissing } from '../requirements.ts';
import { connectWith, listen, serve } from './conversation.ts';
import { Program, sockbench } from './program.ts';

describe('connect with pipes prints only what the server sends:', () => {
  test.each([
    ['echo', 'hi\nyou', [], 'hi\nyou'],
    ['echo', 'hi\nyou\n', ['--no-newline'], 'hiyou'],
    ['echo', '', [], ''],
    ['greeting', 'hi\n', [], 'Hello from server'],
    ['ack', 'hi\n', [], 'ACK'],
    ['ack', 'hi', [], 'ACK'],
  ] as const)('%s, with input %j %j', async (app, input, flags, expected) => {
    const url = await serve(app);
    const { code, stdout, stderr } = await connectWith(input, url, ...flags);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expected });
    expect(stderr).toBe(`connected to ${url}\nclosed by ${url}\n`);
  });

  test('over IPv6, to a host name, and 1 MiB of any bytes', async () => {
    const [, port] = /:(\d+)$/.exec(await serve('echo', 'tcp', 'localhost')) ?? [];
    expect(await connectWith('hi', `tcp://localhost:${port}`)).toMatchObject({ code: 0, stdout: 'hi' });
    const ring = String.fromCharCode(...Array.from({ length: 128 }, (_, i) => i)).repeat(2 ** 13);
    const { stdout } = await connectWith(ring, await serve('echo', 'tcp', '::1'));
    expect(stdout === ring).toBe(true);
  });

  test('for datagrams, one for each line', async () => {
    const url = await serve('ack', 'udp');
    const { code, stdout, stderr } = await connectWith('one\n\nthree', url, '--timeout', '3s');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ACKACKACK' });
    expect(stderr).toBe(`each line is a message to ${url}\n`);
  });
});

test('connect chats with the operator on the terminal of the server', async () => {
  const server = new Program(['serve', '--model', 'async', '--app', 'chat-operator'], { stdin: 'pipe' });
  const [, address] = await server.waitForOutput(/ on (\S+:\d+)\n/);
  const client = new Program(['connect', `tcp://${address}`], { stdin: 'pipe' });
  client.type('are you there?\n\x1b[2J\n');
  client.endInput();
  await server.waitForOutput(/client 1: are you there\?\n/, 'stdout');
  server.type('yes\n');
  await server.waitForOutput(/client 1: \\x1b\[2J\n/, 'stdout');
  server.type('pardon?\n');
  expect(await client.end()).toMatchObject({ code: 0, stdout: 'yes\npardon?\n' });
});

test('connect ends when the server closes, even if its input is still open', async () => {
  const url = await serve('ack');
  const program = new Program(['connect', url], { stdin: 'pipe' });
  await program.waitForOutput(/connected/);
  program.type('hi\n');
  expect(await program.end()).toMatchObject({ code: 0, stdout: 'ACK', stderr: expect.stringContaining('closed by') });
});

test('connect forwards the end of input, and waits for the last reply', async () => {
  let finished = false;
  const url = await listen((socket) => {
    socket.resume().on('end', () => {
      finished = true;
      socket.end('last words');
    });
  });
  expect(await connectWith('hi\n', url)).toMatchObject({ code: 0, stdout: 'last words' });
  expect(finished).toBe(true);
});

test('connect waits for the close of the server only until the time-out', async () => {
  const url = await listen((socket) => socket.write('so far'));
  const { code, stdout, stderr } = await connectWith('hi\n', url, '--timeout', '2s');
  expect({ code, stdout }).toEqual({ code: 4, stdout: 'so far' });
  expect(stderr).toContain('did not close within 2 s: wait longer with --timeout');
});

test('connect reports a reset, and ends with 4', async () => {
  const url = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const program = new Program(['connect', url], { stdin: 'pipe' });
  program.type('hi\n');
  const { code, stderr } = await program.end();
  expect(code).toBe(4);
  expect(stderr).toMatch(/the conversation with \S+ broke: .*ECONNRESET/);
});

test.each(['tcp', 'udp', 'ws'])(
  'connect reports a port without a listener over %s, and ends with 4',
  async (transport) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const url = `${transport}://127.0.0.1:${port}`;
    // Over UDP, only a message reveals it, and stdin is that of a process of its own.
    const { code, stderr } = await (transport === 'udp' ? connectWith('hi\n', url) : sockbench('connect', url));
    expect(code).toBe(4);
    expect(stderr).toContain('no server listens there (ECONNREFUSED)');
  },
);

test('connect ends with 130 on SIGINT', async () => {
  const program = new Program(['connect', await serve('echo')], { stdin: 'pipe' });
  await program.waitForOutput(/connected/);
  program.process.kill('SIGINT');
  expect((await program.end()).code).toBe(130);
});

describe('several targets', () => {
  test('are selected by number with --pick', async () => {
    const targets = ['tcp://127.0.0.1:1', await serve('ack')];
    expect(await connectWith('hi', ...targets, '--pick', '2')).toMatchObject({ code: 0, stdout: 'ACK' });
    const { code, stderr } = await sockbench('connect', ...targets, '--pick', '3');
    expect(code).toBe(2);
    expect(stderr).toContain("--pick: '3' is not a number from 1 to 2");
  });
});

describe.skipIf(whyMissing('script'))('connect on a terminal', () => {
  const CTRL_C = '\x03';
  const CTRL_D = '\x04';

  function start(...targets: readonly string[]): Program {
    return new Program(['connect', ...targets], { stdin: 'terminal' });
  }

  test('sends lines as they are typed, and ends on Ctrl-D', async () => {
    const program = start(await serve('echo'));
    await program.waitForOutput(/connected to .*; Ctrl-D ends the conversation\r\n/, 'stdout');
    for (const line of ['one', 'two']) {
      program.type(`${line}\n`);
      // The terminal echoes the typed line; then the server's reply follows.
      await program.waitForOutput(new RegExp(`${line}\r\n${line}\r\n`), 'stdout');
    }
    program.type(CTRL_D);
    expect(await program.end()).toMatchObject({ code: 0, stdout: expect.stringContaining('closed by') });
  });

  test('ends with 130 on Ctrl-C', async () => {
    const program = start(await serve('echo'));
    await program.waitForOutput(/connected/, 'stdout');
    program.type(CTRL_C);
    expect((await program.end()).code).toBe(130);
  });

  test('ends when the server closes, with the message on its own line', async () => {
    const program = start(await serve('ack'));
    await program.waitForOutput(/connected/, 'stdout');
    program.type('hi\n');
    const { code, stdout } = await program.end();
    expect(code).toBe(0);
    expect(stdout).toMatch(/\r\nACK\r\nclosed by /);
  });

  test('escapes control sequences that the server sends', async () => {
    const url = await listen((socket) => socket.end('\x1b[2Jred \x1b[31mink\x07\r\nnext\rline\tend'));
    const { code, stdout } = await start(url).end();
    expect(code).toBe(0);
    expect(stdout).toContain('\\x1b[2Jred \\x1b[31mink\\x07\r\nnext\\x0dline\tend\r\n');
    expect(stdout).not.toContain('\x1b');
  });

  test('asks for one of several targets until the answer is valid', async () => {
    const targets = ['tcp://127.0.0.1:1', await serve('ack')];
    const program = start(...targets);
    await program.waitForOutput(/1 {2}tcp:\S+\r\n2 {2}tcp:\S+\r\nwhich one\? 1 to 2, then Enter\r\n/, 'stdout');
    program.type('3\n');
    await program.waitForOutput(/'3' is not a number from 1 to 2\r\nwhich one\?/, 'stdout');
    program.type('2\n');
    await program.waitForOutput(/connected/, 'stdout');
    program.type('hi\n');
    expect(await program.end()).toMatchObject({ code: 0, stdout: expect.stringContaining('ACK') });
  });

  test('does not connect when no target is chosen', async () => {
    const program = start('tcp://127.0.0.1:1', 'tcp://127.0.0.1:2');
    await program.waitForOutput(/which one/, 'stdout');
    program.type(CTRL_D);
    expect((await program.end()).code).toBe(2);
  });
});
