import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { kernelBuffersBetween } from '../conformance/kernel-buffers.ts';
import { uploadStands } from '../conformance/standstill.ts';
import { narrowConnection, StreamClient } from '../conformance/stream-client.ts';
import { answered, GET, refused } from './http-requests.ts';
import { isAtRest } from './process-tree.ts';
import { ServerProcess } from './server-process.ts';
import { until } from './until.ts';

/**
 * Tests the http app on a model of Node's with the requests of http.test.ts. node:http answers them as the parser of our
 * own does, with the exceptions that are listed here.
 */

/** Statuses of node:http where it differs, and why. For requests that are to be refused, without the first 200. */
const differences: Readonly<Record<string, readonly [statuses: readonly number[], because: string]>> = {
  'an unknown method with 501, and the next request': [[400], 'llhttp refuses a method that is not in its list'],
  'a method in lower case with 501': [[400], 'llhttp refuses a method that is not in its list'],
  'a long method with 501': [[400], 'llhttp refuses a method that is not in its list'],
  'a method that is too long': [[400], 'llhttp refuses a method that is not in its list'],
  'a length with spaces and tabs around it': [[400], 'llhttp refuses a tab after a length'],
  'chunk extensions': [[400], 'llhttp refuses a blank before the semicolon of an extension'],
  trailers: [[400], 'llhttp judges a Content-Length in trailers as one in the head'],
  'a list with empty elements': [[400], 'llhttp reads codings up to the last comma'],
  'an expectation without a body, without 100 Continue': [[100, 200], 'node:http looks at the expectation only'],
  'a length that is too large': [[400], 'node:http waits for a body of any length; here FIN ends it early'],
  'another coding before chunked': [[200, 200], 'node:http decodes chunks, and leaves other codings to its user'],
  'another coding before chunked, in two lines': [
    [200, 200],
    'node:http decodes chunks, and leaves other codings to its user',
  ],
  'chunks in HTTP/1.0': [[200, 200], 'llhttp decodes chunks in any version'],
  'an extension that is too long': [[413], 'the status that node:http gives for it'],
  'trailers that are too long': [[400], 'llhttp counts only names and values; the next request is no trailer'],
  'headers that are too long': [[400], 'llhttp counts only names and values; the next request is no header'],
  'a target that is too long': [[431], 'llhttp has one limit for the whole head'],
  'two Hosts': [[200, 200], 'node:http uses the first Host'],
  'two Hosts in HTTP/1.0': [[200], 'node:http uses the first Host'],
  'a Host with a slash': [[200, 200], 'node:http does not look into Host'],
  'a Host with a space inside': [[200, 200], 'node:http does not look into Host'],
  'two spaces before the target': [[200, 200], 'llhttp skips further spaces'],
  'two spaces before the version': [[200, 200], 'llhttp skips further spaces'],
  'HTTP/2': [[400], 'llhttp stops at the preface of HTTP/2'],
  'the version HTTP/0.9': [[200], 'llhttp accepts HTTP/0.9'],
  'an unknown expectation': [[417, 200], 'node:http keeps the connection'],
  'an unknown expectation after 100-continue': [
    [100, 400],
    'node:http looks for 100-continue; FIN ends the body early',
  ],
  'too many empty lines': [[200], 'llhttp skips any number of them'],
};

/** Requests written at once. */
const TOGETHER = 1000;
const BATCH = Buffer.from(GET.repeat(TOGETHER));

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start({ model: 'event-driven', app: 'http', transport: 'tcp' });
});
afterAll(() => server?.kill());

/** Sends bytes and FIN. @returns the statuses of all replies up to the server's FIN. */
async function statuses(sent: string): Promise<number[]> {
  await using client = await StreamClient.connect(server.address);
  client.write(Buffer.from(sent, 'latin1'));
  client.finish();
  const received = (await client.readToEnd()).toString('latin1');
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

function countPages(received: Buffer): number {
  return received.toString('latin1').split('Hello, World!').length - 1;
}

describe('node:http answers', () => {
  test.each(answered)('%s', async (what, sent, expected) => {
    expect(await statuses(sent)).toEqual(differences[what]?.[0] ?? expected);
  });
});

describe('node:http refuses, or answers as listed,', () => {
  test.each(refused)('%s after the replies before it', async (what, sent, status) => {
    expect(await statuses(GET + sent + GET)).toEqual([200, ...(differences[what]?.[0] ?? [status])]);
  });
});

test('each listed difference is one', () => {
  const ours = new Map<string, readonly number[]>([
    ...answered.map(([what, , expected]) => [what, expected] as const),
    ...refused.map(([what, , status]) => [what, [status]] as const),
  ]);
  for (const [what, [theirs]] of Object.entries(differences)) {
    expect(ours.get(what), what).toBeDefined();
    expect(theirs, what).not.toEqual(ours.get(what));
  }
});

/** Starts a server whose requests wait, each for this long. */
async function startWaiting(ms: number): Promise<ServerProcess> {
  const work = { parts: [{ share: 1, cpuNanos: 0, ioNanos: ms * 1e6 }], cacheHit: 0, requestBytes: null };
  const server = await ServerProcess.start({ model: 'event-driven', app: 'http', transport: 'tcp', work });
  onTestFinished(() => server.kill());
  return server;
}

test('the server stops reading from a client many of whose requests wait', async () => {
  const server = await startWaiting(600_000);
  const socket = narrowConnection(server.address);
  onTestFinished(() => void socket.destroy());
  const taken = kernelBuffersBetween('event-driven') + 2 ** 20;
  const ends = { clientPort: socket.localPort ?? 0, serverPid: server.pid };
  let sent = 0;
  await until('the server to stop reading', () => {
    while (sent < taken && socket.writableLength < BATCH.length) {
      socket.write(BATCH);
      sent += BATCH.length;
    }
    // Between two chunks a server that reads on may sleep, too, but with nothing left to read.
    return sent >= taken || [1, 2, 3].every(() => isAtRest(server.pid) && uploadStands(ends));
  });
  expect(sent).toBeLessThan(taken);
});

test('pipelined requests that wait are all answered, however many', async () => {
  const server = await startWaiting(10);
  await using client = await StreamClient.connect(server.address);
  for (let i = 0; i < 6; i++) client.write(BATCH);
  client.finish();
  expect(countPages(await client.readToEnd())).toBe(6 * TOGETHER);
});
