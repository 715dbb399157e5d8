import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { connectWith, listen, serve } from './conversation.ts';
import { Program } from './program.ts';

/**
 * Starts a WebSocket server that calls `converse` for each connection before the response to the upgrade is sent.
 * @returns its URL.
 */
async function listenForWebSockets(converse: (socket: WebSocket) => void): Promise<string> {
  const webSockets = new WebSocketServer({ noServer: true });
  const server = createHttpServer((_, response) => response.writeHead(404).end());
  server.on('upgrade', (request, socket, head) => {
    socket.cork();
    webSockets.handleUpgrade(request, socket as Socket, head, converse);
    socket.uncork();
  });
  onTestFinished(() => {
    for (const client of webSockets.clients) client.terminate();
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('over a WebSocket', () => {
  test.each([
    ['ws', 'tcp'],
    ['wss', 'tls'],
  ] as const)(
    '%s, lines go as messages, each by itself, and all answers come before the close',
    async (scheme, transport) => {
      const url = (await serve('websocket', transport)).replace(transport, scheme);
      const { code, stdout, stderr } = await connectWith('one\n\nthree', url);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'one\n\nthree' });
      expect(stderr).toBe(`each line is a message to ${url}\nclosed by ${url}\n`);
    },
  );

  test('what is text goes as text, what is none as bytes, and without newlines when these are not wanted', async () => {
    const received: string[] = [];
    const url = await listenForWebSockets((socket) => {
      socket.on('message', (message: Buffer, binary) =>
        received.push(`${binary ? 'bytes' : 'text'} ${message.length}`),
      );
    });
    const program = new Program(['connect', url, '--no-newline'], { stdin: 'pipe' });
    program.process.stdin?.write(Buffer.from('h\xefllo\n', 'utf8'));
    program.process.stdin?.write(Buffer.from('h\xefllo\n', 'latin1'));
    program.endInput();
    expect((await program.end()).code).toBe(0);
    expect(received).toEqual(['text 6', 'bytes 5']);
  });

  test('what the server says with its upgrade is not lost, and its close ends it though there may be more to say', async () => {
    const url = await listenForWebSockets((socket) => {
      socket.send('first');
      socket.close();
    });
    const program = new Program(['connect', url], { stdin: 'pipe' });
    expect(await program.end()).toMatchObject({
      code: 0,
      stdout: 'first',
      stderr: expect.stringContaining('closed by'),
    });
  });

  test('more than a pipe holds comes whole', async () => {
    const url = await listenForWebSockets((socket) => {
      for (let i = 0; i < 64; i++) socket.send('x'.repeat(65_536));
      socket.close();
    });
    const { code, stdout } = await connectWith('', url);
    expect({ code, length: stdout.length }).toEqual({ code: 0, length: 64 * 65_536 });
  });

  test('an end without a closing handshake is told, and ends with 4', async () => {
    const url = await listenForWebSockets((socket) => socket.once('message', () => socket.terminate()));
    const program = new Program(['connect', url], { stdin: 'pipe' });
    program.type('hi\n');
    const { code, stderr } = await program.end();
    expect(code).toBe(4);
    expect(stderr).toMatch(/the conversation with \S+ broke: the connection ended without a closing handshake/);
  });

  test('a server that serves pages alone is told, and ends with 4', async () => {
    const server = createHttpServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    await once(server, 'listening');
    const { code, stderr } = await connectWith('', `ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(code).toBe(4);
    expect(stderr).toMatch(/can't connect to \S+: Unexpected server response: 404: does it serve WebSockets\?/);
  });

  test('a server that says nothing is given up', async () => {
    const url = await listen(() => undefined);
    const { code, stderr } = await connectWith('', url.replace('tcp', 'ws'), '--timeout', '300ms');
    expect(code).toBe(4);
    expect(stderr).toContain('no answer within 300 ms');
  });
});
