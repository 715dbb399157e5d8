import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ESTABLISHED, FAILED } from '../../../bench/load/channels/channel.ts';
import { scratchDirectory } from '../../cli/program.ts';
import { whyMissing } from '../../requirements.ts';
import { soon } from '../../servers/until.ts';
import { Dialled } from './dialled.ts';
import { clientOf, identity, noOpenSsl } from './in-memory.ts';

/** `openssl s_server`, which ends with the test. It sends what is written to it, and prints what it receives. */
class SServer {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  #output = '';

  private constructor(flags: readonly string[]) {
    const directory = scratchDirectory();
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    writeFileSync(cert, identity.cert);
    writeFileSync(key, identity.key);
    const all = ['s_server', '-accept', '127.0.0.1:0', '-cert', cert, '-key', key, ...flags];
    this.#process = spawn('openssl', all, { stdio: ['pipe', 'pipe', 'ignore'] });
    onTestFinished(() => void this.#process.kill('SIGKILL'));
    this.#process.stdout.on('data', (chunk: Buffer) => {
      this.#output += chunk;
    });
  }

  /** @returns the server and its port. */
  static async start(...flags: readonly string[]): Promise<[SServer, port: number]> {
    const server = new SServer(flags);
    const [, port] = await server.printed(/ACCEPT 127\.0\.0\.1:(\d+)/);
    return [server, Number(port)];
  }

  /** Waits for text that the server prints. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      await soon(`openssl to print ${pattern}`, once(this.#process.stdout, 'data'));
    }
  }

  write(text: string): void {
    this.#process.stdin.write(text);
  }
}

describe.skipIf(noOpenSsl ?? whyMissing('openssl'))('a TLS channel and openssl s_server', () => {
  test('exchange bytes, before and after new keys for both directions', async () => {
    const [server, port] = await SServer.start('-msg');
    const client = clientOf();
    const dialled = await Dialled.established(client, port);
    dialled.send(Buffer.from('before\n'));
    await server.printed(/before/);
    // The command of s_server for a KeyUpdate that asks for one in return: RFC 8446 §4.6.3.
    server.write('K\n');
    await server.printed(/>>> .*KeyUpdate/);
    server.write('reply\n');
    await dialled.until('the reply', () => dialled.received.includes('reply'));
    dialled.send(Buffer.from('after\n'));
    await server.printed(/<<< .*KeyUpdate[\s\S]*after/);
    expect(client.state(0)).toBe(ESTABLISHED);
  });

  test('fail with an alert when the server insists on a renegotiation, which the client refuses', async () => {
    const [server, port] = await SServer.start('-msg', '-tls1_2');
    const client = clientOf();
    const dialled = await Dialled.established(client, port);
    server.write('r\n');
    await server.printed(/<<< .*no_renegotiation/);
    await dialled.until('the alert', () => client.state(0) === FAILED);
    expect([client.fault, client.faultText]).toEqual(['alert', 'the server sent the alert 40, handshake failure']);
  });

  test('fail with an alert when the server requires a certificate of the client', async () => {
    const [, port] = await SServer.start('-Verify', '1');
    const client = clientOf();
    const dialled = await Dialled.connect(client, port);
    await dialled.until('the alert', () => client.state(0) === FAILED);
    expect([client.fault, client.faultText]).toEqual(['alert', expect.stringContaining('alert 116, ')]);
  });

  test('fail with an alert when they have no cipher in common', async () => {
    const [, port] = await SServer.start('-tls1_2', '-cipher', 'ECDHE-RSA-AES128-SHA');
    const client = clientOf();
    const dialled = await Dialled.connect(client, port);
    await dialled.until('the alert', () => client.state(0) === FAILED);
    expect([client.fault, client.faultText]).toEqual(['alert', 'the server sent the alert 40, handshake failure']);
  });
});
