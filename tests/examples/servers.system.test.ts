import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../bench/measure/free-port.ts';
import { listeningSockets } from '../../bench/measure/listening-sockets.ts';
import { fillIn } from '../../bench/run/foreign-target.ts';
import { Examples } from '../../scripts/session/examples.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import type { Transport } from '../../sockets/socket.ts';
import { DatagramClient } from '../conformance/datagram-client.ts';
import { kernelBuffersBetween } from '../conformance/kernel-buffers.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { type Requirement, whyMissing } from '../requirements.ts';
import { holdings, isAtRest } from '../servers/process-tree.ts';
import { until } from '../servers/until.ts';

/** Size of one write. Small, so that the number of bytes that have left can be observed. */
const CHUNK = 64 * 1024;

const examples = await Examples.build(new AbortController().signal);
afterAll(() => examples.dispose());

/** Starts an example like {@link start}. @returns its address. */
async function serve(command: string, transport: Transport): Promise<SocketAddress> {
  return (await start(command, transport)).address;
}

/** Starts an example on a free port. Its process group is killed when the test finishes. */
async function start(command: string, transport: Transport): Promise<{ address: SocketAddress; pid: number }> {
  const host = '127.0.0.1';
  const port = await freePort(transport);
  const line = fillIn(command, { port: String(port), host, transport });
  const { pid = 0 } = spawn('/bin/sh', ['-c', line], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void process.kill(-pid, 'SIGKILL'));
  await until(`${line} to listen`, () => listeningSockets(transport, port).length > 0);
  return { address: { host, port }, pid };
}

/** Returns bytes with a long period that differ between senders. */
function bytes(length: number, sender: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 7 + (i >> 8) + sender) & 0xff));
}

describe.each(examples.ready)('$name', ({ name, command }) => {
  test('echoes everything to a client that reads only when every buffer is full, and then sends FIN', async () => {
    await using client = await StreamClient.connectNarrow(await serve(command, 'tcp'));
    // The examples use all of the kernel's buffers, like the models.
    const sent = Buffer.alloc(kernelBuffersBetween('epoll') + 16 * CHUNK, bytes(4099, 1));
    for (let at = 0; at < sent.length; at += CHUNK) client.write(sent.subarray(at, at + CHUNK));
    client.finish();
    let stalledPolls = 0;
    let unsent = sent.length;
    await until('every buffer to be full', () => {
      stalledPolls = client.socket.writableLength === unsent ? stalledPolls + 1 : 0;
      unsent = client.socket.writableLength;
      return stalledPolls === 20;
    });
    expect(unsent).toBeGreaterThan(0);
    expect((await client.readToEnd()).equals(sent)).toBe(true);
  });

  test('serves concurrent clients, each with its own bytes', async ({ skip }) => {
    skip(name.endsWith('-iterative'), 'it serves one connection at a time');
    const address = await serve(command, 'tcp');
    const clients = await Promise.all(Array.from({ length: 10 }, () => StreamClient.connect(address)));
    for (const [i, client] of clients.entries()) client.write(bytes(5000, i));
    for (const [i, client] of clients.entries()) expect(await client.read(5000)).toEqual(bytes(5000, i));
    for (const client of clients) await client.reset();
    await using another = await StreamClient.connect(address);
    another.write(bytes(10, 1));
    expect(await another.read(10)).toEqual(bytes(10, 1));
  });

  test('serves a client after another one has reset', async () => {
    const address = await serve(command, 'tcp');
    const first = await StreamClient.connect(address);
    first.write(bytes(10, 1));
    await first.read(10);
    await first.reset();
    await using second = await StreamClient.connect(address);
    second.write(bytes(10, 2));
    expect(await second.read(10)).toEqual(bytes(10, 2));
  });

  test('keeps no process, thread or descriptor of clients that have left', async ({ skip }) => {
    skip(!name.startsWith('c-'), 'its runtime decides when they go');
    const { address, pid } = await start(command, 'tcp');
    await until('all of its processes to wait', () => isAtRest(pid));
    const before = holdings(pid);
    const clients = await Promise.all(Array.from({ length: 10 }, () => StreamClient.connect(address)));
    for (const client of clients) {
      client.write(bytes(10, 1));
      await client.read(10);
    }
    for (const [i, client] of clients.entries()) await (i % 2 === 0 ? client.reset() : client[Symbol.asyncDispose]());
    // Zombies count as well.
    await until('all of theirs to go', () => {
      const { processes, threads, files } = holdings(pid);
      return processes === before.processes && threads === before.threads && files === before.files;
    });
  });

  test('echoes datagrams unchanged, each to its sender', async () => {
    const address = await serve(command, 'udp');
    await using one = await DatagramClient.connect(address);
    await using other = await DatagramClient.connect(address);
    for (const size of [1, 1200, 65_507]) {
      expect((await one.exchange(bytes(size, 1))).equals(bytes(size, 1))).toBe(true);
      expect((await other.exchange(bytes(size, 2))).equals(bytes(size, 2))).toBe(true);
    }
  });
});

/** Requirement of each tool in the catalog. */
const requirement: Record<string, Requirement> = { python3: 'python', cc: 'cc', rustc: 'rustc' };
const catalog = JSON.parse(readFileSync('examples/servers/catalog.json', 'utf8')) as { name: string; tool: string }[];

for (const { name, reason } of examples.missing) {
  const needs = requirement[catalog.find((example) => example.name === name)?.tool ?? ''];
  test.skipIf(needs && whyMissing(needs))(`${name} can be built where its tool is installed`, () => {
    expect.fail(reason);
  });
}

test('each example is one short file, and the catalog lists it', () => {
  const files = readdirSync('examples/servers').filter((file) => file !== 'catalog.json');
  const catalog = readFileSync('examples/servers/catalog.json', 'utf8');
  for (const file of files) {
    expect(catalog).toContain(`"${file}"`);
    expect(readFileSync(`examples/servers/${file}`, 'utf8').split('\n').length, file).toBeLessThan(76);
  }
  expect(examples.ready.length + examples.missing.length).toBe(files.length);
});
