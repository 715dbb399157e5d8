import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions as ServerOptions, TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CLOSED, FAILED } from '../../../bench/load/channels/channel.ts';
import { makeCertificate } from '../../../servers/node/certificate.ts';
import { patternBytes } from '../../conformance/bytes.ts';
import { soon } from '../../servers/until.ts';
import { Dialled } from './dialled.ts';
import { clientOf, identity, noOpenSsl } from './in-memory.ts';

/** Starts a server, which ends with the test. @returns its port. */
async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Starts Node's own TLS server. */
function tlsServer(options: ServerOptions, serve: (socket: TLSSocket) => void): Promise<number> {
  const server = createTlsServer({ ...identity, ...options }, (socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  return listening(server);
}

const echo = (socket: TLSSocket) => void socket.pipe(socket);

describe.skipIf(noOpenSsl)('a TLS channel and a server of Node', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('exchange 1 MiB in both directions over %s', async (version) => {
    const port = await tlsServer({ minVersion: version, maxVersion: version }, echo);
    const client = clientOf();
    const dialled = await Dialled.established(client, port);
    expect(client.negotiated(0)?.version).toBe(version);
    const message = patternBytes(1, 0, 1 << 20);
    dialled.send(message);
    await dialled.until('the echo', () => dialled.received.length >= message.length);
    expect(dialled.received.equals(message)).toBe(true);
    await dialled.close();
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('resume a session over %s', async (version) => {
    const reused: boolean[] = [];
    const port = await tlsServer({ minVersion: version, maxVersion: version }, (socket) => {
      reused.push(socket.isSessionReused());
      echo(socket);
    });
    const client = clientOf({ resume: true });
    for (const resumed of [false, true, true]) {
      const dialled = await Dialled.established(client, port);
      expect(client.negotiated(0)?.resumed).toBe(resumed);
      dialled.send(Buffer.from('x'));
      await dialled.until('the echo', () => dialled.received.length > 0);
      await dialled.close();
    }
    expect(reused).toEqual([false, true, true]);
  });

  test('agree on an application protocol', async () => {
    const port = await tlsServer({ ALPNProtocols: ['spdy/3', 'http/1.1'] }, echo);
    const client = clientOf({ alpn: ['h2', 'http/1.1'] });
    await Dialled.established(client, port);
    expect(client.negotiated(0)?.alpn).toBe('http/1.1');
  });

  test('fail with an alert when the server speaks none of the offered protocols', async () => {
    const port = await tlsServer({ ALPNProtocols: ['http/1.1'] }, echo);
    const client = clientOf({ alpn: ['h2'] });
    const dialled = await Dialled.connect(client, port);
    await dialled.until('the alert', () => client.state(0) === FAILED);
    expect([client.fault, client.faultText]).toEqual([
      'alert',
      expect.stringMatching(/alert 120, no application protocol/),
    ]);
  });

  test.each([
    ['the name of the target', {}, 'target.example', 'target.example'],
    ['the name of --servername', { servername: 'other.example' }, '127.0.0.1', 'other.example'],
    ['no name of an IP address', {}, '127.0.0.1', false],
  ])('send and receive %s', async (_, options, host, name) => {
    const names: unknown[] = [];
    const port = await tlsServer({}, (socket) => {
      names.push((socket as { servername?: unknown }).servername);
      echo(socket);
    });
    const dialled = await Dialled.established(clientOf(options, host), port);
    dialled.send(Buffer.from('x'));
    await dialled.until('the echo', () => dialled.received.length > 0);
    expect(names).toEqual([name]);
  });

  test('verify the certificate of the client', async () => {
    const own = makeCertificate();
    const options = { requestCert: true, rejectUnauthorized: true, ca: own.cert };
    const port = await tlsServer(options, (socket) =>
      socket.write(socket.getPeerX509Certificate()?.serialNumber ?? ''),
    );
    const dialled = await Dialled.established(clientOf({ identity: own }), port);
    await dialled.until('the serial number', () => dialled.received.length > 0);
    expect(dialled.received.toString()).toMatch(/^[0-9A-F]{16}$/);
  });

  test.each([
    ['with close_notify', (socket: TLSSocket, _: Socket) => void socket.end(), CLOSED],
    ['by FIN alone', (_: TLSSocket, raw: Socket) => void raw.end(), FAILED],
  ])('end %s', async (_, end, state) => {
    const server = createServer((raw) => {
      const socket = new TLSSocket(raw, { isServer: true, ...identity });
      socket.on('error', () => undefined);
      socket.on('data', () => end(socket, raw));
    });
    const client = clientOf();
    const dialled = await Dialled.established(client, await listening(server));
    dialled.send(Buffer.from('end'));
    await dialled.until('the end', () => client.state(0) === state);
    expect(client.fault).toBe(state === FAILED ? 'truncated' : undefined);
  });

  test('fail when the server does not speak TLS', async () => {
    const server = createServer((raw) => void raw.on('data', () => raw.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const client = clientOf();
    const dialled = await Dialled.connect(client, await listening(server));
    await dialled.until('the failure', () => client.state(0) === FAILED);
    expect(client.fault).toBe('violation');
  });

  test('fail when the certificate is not the expected one, and the server learns it', async () => {
    const server = createTlsServer(identity);
    const port = await listening(server);
    const client = clientOf({ ca: makeCertificate().cert });
    const complaint = once(server, 'tlsClientError');
    const dialled = await Dialled.connect(client, port);
    await dialled.until('the failure', () => client.state(0) === FAILED);
    expect(client.fault).toBe('certificate');
    const [error] = await soon('the alert', complaint);
    expect(String(error)).toMatch(/alert/);
  });
});
