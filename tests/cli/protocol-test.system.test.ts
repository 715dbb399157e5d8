import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandLine } from './in-process.ts';
import { scratchDirectory } from './program.ts';

/** A request is its number on its connection, as a line; the reply is the same line. */
const COUNTING = `
import { COMPLETE, CORRUPT, MORE, UNSOLICITED, type CreateProtocol } from 'sockbench/protocol';

export const createProtocol: CreateProtocol = ({ connections }) => ({
  ...{ longestRequest: 12, sameRequest: false, greets: false, faults: ['', 'unsolicited', 'another line'] },
  ...{ event: MORE, status: 0, replyBytes: 0, fault: 0 },
  received: new Uint8Array(connections),
  reset(c: number) { this.received[c] = 0; },
  greet: () => 0,
  encode: (_c: number, sequence: number, out: Uint8Array, at: number) => {
    const line = Buffer.from(\`\${sequence}\\n\`);
    out.set(line, at);
    return line.length;
  },
  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number) {
    const line = Buffer.from(\`\${sequence}\\n\`);
    for (let next = at; next < end; next++) {
      if (sequence < 0 || bytes[next] !== line[this.received[c]]) {
        this.event = CORRUPT;
        this.fault = sequence < 0 ? UNSOLICITED : 2;
        this.replyBytes = this.received[c];
        return next;
      }
      this.received[c]++;
      if (this.received[c] === line.length) {
        this.event = COMPLETE;
        this.replyBytes = line.length;
        this.received[c] = 0;
        return next + 1;
      }
    }
    this.event = MORE;
    return end;
  },
});
`;

function counting(): string {
  const file = join(scratchDirectory(), 'counting.ts');
  writeFileSync(file, COUNTING);
  return file;
}

/** Starts a TCP server in this process. @returns its URL. */
async function serve(handle: (socket: Socket) => void): Promise<string> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('the replies of a server over TCP pass, and can be kept', async () => {
  const target = await serve((socket) => socket.pipe(socket));
  const saved = join(scratchDirectory(), 'replies.json');
  const file = counting();
  const { code, stdout, stderr } = await commandLine('protocol-test', file, '--target', target, '--save', saved);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^server +ok/m);
  expect(stdout).toContain(`counting.ts keeps its contract, with 24 replies of 48 bytes from ${target}.`);
  expect(JSON.parse(readFileSync(saved, 'utf8')).conversations[2].replies).toContain('7\n');
  expect(await commandLine('protocol-test', file, '--recorded', saved)).toMatchObject({ code: 0 });
});

test('the replies of a server over UDP are whole datagrams', async () => {
  const server = createSocket('udp4');
  onTestFinished(() => void server.close());
  server.on('message', (datagram, { port, address }) => server.send(datagram, port, address));
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const target = `udp://127.0.0.1:${server.address().port}`;
  const { code, stdout } = await commandLine('protocol-test', counting(), '--target', target);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^adjacent +ok/m);
  expect(stdout).not.toContain('merged');
});

test('a server that replies otherwise is a failed check', async () => {
  const target = await serve((socket) => socket.on('data', () => socket.write('no\n')));
  const { code, stdout } = await commandLine('protocol-test', counting(), '--target', target);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^server +FAILED/m);
  expect(stdout).toContain('server: reply 0 is CORRUPT after 0 bytes (another line): no\\n');
});

test('a server that closes is a failed check', async () => {
  const target = await serve((socket) => socket.end());
  const { code, stdout } = await commandLine('protocol-test', counting(), '--target', target);
  expect(code).toBe(1);
  expect(stdout).toContain('the server closed the connection after 0 replies');
});

test('a server that does not answer has failed, and one that is not there, too', async () => {
  const target = await serve(() => undefined);
  const late = await commandLine('protocol-test', counting(), '--target', target, '--timeout', '50ms');
  expect(late).toMatchObject({ code: 4, stdout: '' });
  // On a busy machine, the time may be over before the connection is open.
  expect(late.stderr).toMatch(/(answer|connect).* within 50 ms: wait longer with --timeout/);
  const gone = await commandLine('protocol-test', counting(), '--target', 'tcp://127.0.0.1:1');
  expect(gone).toMatchObject({ code: 4, stdout: '' });
  expect(gone.stderr).toContain('no server listens there (ECONNREFUSED)');
});
