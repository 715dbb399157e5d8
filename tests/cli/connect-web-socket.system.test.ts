import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { connectWith, listen, serve } from './conversation.ts';
import { Program, sockbench } from './program.ts';

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

describe('connect over a WebSocket', () => {
  test.each([
    ['ws', 'tcp'],
    ['wss', 'tls'],
  ] as const)(
    '%s: sends each line as a message, and prints all replies before the close',
    async (scheme, transport) => {
      const url = (await serve('websocket', transport)).replace(transport, scheme);
      const { code, stdout, stderr } = await connectWith('one\n\nthree', url);
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'one\n\nthree' });
      expect(stderr).toBe(`each line is a message to ${url}\nclosed by ${url}\n`);
    },
  );

  test('sends valid UTF-8 as text and other lines as bytes, without newlines on request', async () => {
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

  test('prints messages that arrive with the upgrade, and ends when the server closes', async () => {
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

  test('prints more than a pipe can hold', async () => {
    const url = await listenForWebSockets((socket) => {
      for (let i = 0; i < 64; i++) socket.send('x'.repeat(65_536));
      socket.close();
    });
    const { code, stdout } = await connectWith('', url);
    expect({ code, length: stdout.length }).toEqual({ code: 0, length: 64 * 65_536 });
  });

  test('reports a missing closing handshake, and ends with 4', async () => {
    const url = await listenForWebSockets((socket) => socket.once('message', () => socket.terminate()));
    const program = new Program(['connect', url], { stdin: 'pipe' });
    program.type('hi\n');
    const { code, stderr } = await program.end();
    expect(code).toBe(4);
    expect(stderr).toMatch(/the conversation with \S+ broke: the connection ended without a closing handshake/);
  });

  test('reports a server without WebSockets, and ends with 4', async () => {
    const server = createHttpServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    await once(server, 'listening');
    const { code, stderr } = await sockbench('connect', `ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(code).toBe(4);
    expect(stderr).toMatch(/can't connect to \S+: Unexpected server response: 404: does it serve WebSockets\?/);
  });

  test('gives up on a server that does not answer', async () => {
    const url = await listen(() => undefined);
    const { code, stderr } = await sockbench('connect', url.replace('tcp', 'ws'), '--timeout', '300ms');
    expect(code).toBe(4);
    expect(stderr).toContain('no answer within 300 ms');
  });
});
