import { spawn } from 'node:child_process';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../servers/node/certificate.ts';
import { asInternet } from '../../sockets/address.ts';
import { patternBytes } from '../conformance/bytes.ts';
import { stopsPromptly } from '../conformance/stops-promptly.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { whyMissing } from '../requirements.ts';
import { ServerProcess } from './server-process.ts';
import { soon } from './until.ts';

const DAY_MS = 86_400_000;

describe('a certificate', () => {
  const { key, cert } = makeCertificate();
  const parsed = new X509Certificate(cert);

  test('names this machine, is signed with its own key, and is its own authority', () => {
    expect(parsed.checkHost('localhost')).toBe('localhost');
    expect(['127.0.0.1', '::1'].map((address) => parsed.checkIP(address))).toEqual(['127.0.0.1', '::1']);
    expect(parsed.verify(createPublicKey(key))).toBe(true);
    expect(parsed.checkIssued(parsed)).toBe(true);
    expect(parsed.ca).toBe(true);
  });

  test('is valid from one day before to 30 days after its creation', () => {
    const now = Date.UTC(2031, 1, 3, 4, 5, 6);
    const later = new X509Certificate(makeCertificate(now).cert);
    expect(Date.parse(later.validFrom)).toBe(now - DAY_MS);
    expect(Date.parse(later.validTo)).toBe(now + 30 * DAY_MS);
  });

  test('is different each time', () => {
    expect(new X509Certificate(makeCertificate().cert).serialNumber).not.toBe(parsed.serialNumber);
  });

  test('is accepted by a client that verifies it and trusts it as an authority', async () => {
    const server = createTlsServer({ key, cert }, (socket) => socket.end('verified'));
    onTestFinished(() => void server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const client = connectTls({ host: '127.0.0.1', port, ca: cert });
    onTestFinished(() => void client.destroy());
    expect(await soon('the greeting', text(client))).toBe('verified');
  });
});

describe('over TLS', () => {
  async function start(app: 'echo' | 'greeting' = 'echo'): Promise<ServerProcess> {
    const server = await ServerProcess.start({ model: 'event-driven', app, transport: 'tls' });
    onTestFinished(() => server.kill());
    return server;
  }

  /** Expects that the echo still serves. */
  async function expectEcho(server: ServerProcess): Promise<void> {
    await using client = await StreamClient.connect(server.address, 'tls');
    client.write(patternBytes(1, 0, 1000));
    client.finish();
    expect(await client.readToEnd()).toEqual(patternBytes(1, 0, 1000));
  }

  test('bytes that are not TLS are refused, and other clients are not affected', async () => {
    const server = await start();
    await using plain = await StreamClient.connect(server.address);
    plain.write(Buffer.from('GET / HTTP/1.0\r\n\r\n'));
    const answer = await plain.read(1000);
    // An alert, if anything (RFC 8446, section 6): its record type is 21.
    if (answer.length > 0) expect(answer[0]).toBe(21);
    await expectEcho(server);
  });

  test('a client that never begins its handshake does not keep the server from stopping', async () => {
    const server = await start();
    await using silent = await StreamClient.connect(server.address);
    await expectEcho(server);
    expect(silent.socket.destroyed).toBe(false);
    await stopsPromptly(server);
  });

  test('a stream that is cut off without close_notify is ended like any other', async () => {
    const server = await start();
    const connection = connect({ ...server.address, allowHalfOpen: true });
    onTestFinished(() => void connection.destroy());
    const client = connectTls({ socket: connection, rejectUnauthorized: false });
    await soon('a TLS handshake', once(client, 'secureConnect'));
    client.write('cut off');
    expect(String((await soon('the echo', once(client, 'data')))[0])).toBe('cut off');
    connection.end();
    await soon('the end', once(client, 'end'));
    await expectEcho(server);
  });

  test.skipIf(whyMissing('openssl'))('openssl s_client connects with TLS 1.3 and sees a clean end', async () => {
    const { host, port } = asInternet((await start('greeting')).address);
    const client = spawn('openssl', ['s_client', '-connect', `${host}:${port}`, '-ign_eof'], {
      timeout: 20_000,
    });
    onTestFinished(() => void client.kill('SIGKILL'));
    client.stdin.write('hello\n');
    const [output, complaints] = await soon('openssl to end', Promise.all([text(client.stdout), text(client.stderr)]));
    expect(output).toContain('TLSv1.3');
    expect(output).toContain('CN = localhost');
    expect(output, complaints).toContain('Hello from server');
    expect(output).toMatch(/\nclosed\n$/);
    // Its complaint about a connection that ends without close_notify.
    expect(complaints).not.toContain('unexpected eof');
  });
});
