import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyMissing } from '../requirements.ts';
import { ServerProcess } from './server-process.ts';

/** Tests the http app with clients that are other programs. */

const PAGE = 'Hello, World!';
const run = promisify(execFile);

let server: ServerProcess;
let url: string;

beforeAll(async () => {
  server = await ServerProcess.start({ model: 'event-driven', app: 'http', transport: 'tcp' });
  url = `http://127.0.0.1:${server.port}/a/path?and=a#query`;
});
afterAll(() => server?.kill());

describe("Node's http client", () => {
  test('keeps one connection for all its requests', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const reused: boolean[] = [];
    for (let i = 0; i < 3; i++) {
      const sent = get(url, { agent });
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      expect(response).toMatchObject({ statusCode: 200, httpVersion: '1.1' });
      expect(response.headers).toMatchObject({ 'content-type': 'text/plain', 'content-length': '13' });
      expect(await text(response)).toBe(PAGE);
      reused.push(sent.reusedSocket);
    }
    expect(reused).toEqual([false, true, true]);
  });

  test('sends a body in chunks after 100 Continue', async () => {
    const sent = request(url, { headers: { Expect: '100-continue', 'Transfer-Encoding': 'chunked' } });
    sent.flushHeaders();
    await once(sent, 'continue');
    sent.write('x'.repeat(100_000));
    sent.end('y');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect([response.statusCode, await text(response)]).toEqual([200, PAGE]);
  });
});

test('fetch gets the page, its head alone, and 405 for POST', async () => {
  const response = await fetch(url);
  expect([response.status, await response.text()]).toEqual([200, PAGE]);
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '13', '']);
  const posted = await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) });
  expect([posted.status, posted.headers.get('allow'), await posted.text()]).toEqual([405, 'GET, HEAD', '']);
});

describe.skipIf(whyMissing('curl'))('curl', () => {
  const curl = async (...flags: readonly string[]) =>
    (await run('curl', ['--silent', '--max-time', '10', '--noproxy', '*', ...flags, url])).stdout;

  test('gets pages over one connection', async () => {
    const format = '|%{http_code} %{http_version} %{num_connects}|';
    expect(await curl('--write-out', format, url)).toBe(`${PAGE}|200 1.1 1|${PAGE}|200 1.1 0|`);
  });

  test('speaks HTTP/1.0', async () => {
    expect(await curl('--http1.0', '--include')).toMatch(/\r\nConnection: close\r\n\r\nHello, World!$/);
  });

  test('requests the head alone', async () => {
    expect(await curl('--head')).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*Content-Length: 13\r\n(?:.+\r\n)*\r\n$/);
  });

  test('sends a body after 100 Continue', async () => {
    const flags = ['--data', 'x'.repeat(100_000), '--header', 'Expect: 100-continue'];
    expect(await curl(...flags, '--write-out', '%{http_code}')).toBe('405');
  });
});
