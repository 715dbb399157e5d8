import type { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { whyMissing } from '../requirements.ts';
import { httpServer } from './http-server.ts';
import { counted, measureTrial } from './measured.ts';

/** What a server was asked for, each once. */
interface Asked {
  readonly url: URL;
  readonly requests: Set<string>;
}

/** Starts an HTTP server that records Host and path of its requests, over TLS also the name that it was called by. */
async function recordingServer(scheme: 'http' | 'https', body: string): Promise<Asked> {
  const requests = new Set<string>();
  const url = await httpServer((request, response) => {
    const name = scheme === 'https' ? `${(request.socket as TLSSocket).servername || 'no name'}: ` : '';
    requests.add(`${name}${request.method} ${request.headers.host}${request.url}`);
    response.statusCode = body === 'no' ? 404 : 200;
    response.end(body);
  }, scheme);
  return { url: new URL(url), requests };
}

describe('each of several targets gets requests of its own', () => {
  test.each([
    ['one by one', ['-c', '4']],
    ['pipelined', ['-c', '4', '-p', '3']],
    ['at a rate', ['-c', '4', '-R', '500']],
    ['on a connection each', ['-c', '2', '--connection', 'per-request']],
  ])('with its Host and path, %s', async (_, flags) => {
    const [a, b] = [await recordingServer('http', 'yes'), await recordingServer('http', 'no')];
    const second = `http://localhost:${b.url.port}`;
    const targets = [`${a.url.origin}/a?x=1`, '--target', `${second}/longer/b`, '--select', 'round-robin'] as const;
    const trial = await measureTrial(...targets, ...flags, ...counted(40));
    expect([...a.requests]).toEqual([`GET ${a.url.host}/a?x=1`]);
    expect([...b.requests]).toEqual([`GET localhost:${b.url.port}/longer/b`]);
    expect(trial.requests.corrupted).toBe(0);
    // The statuses of both are summed up.
    expect(trial.statuses).toEqual({ 200: trial.requests.completed, 404: trial.requests.errors });
    expect(trial.requests.completed + trial.requests.errors).toBe(40);
  });

  test.skipIf(whyMissing('libssl')).each([
    ['that stay', ['-c', '2']],
    ['for each request', ['-c', '2', '--connection', 'per-request', '--tls-resume']],
  ])('over TLS with its name, on connections %s', async (_, flags) => {
    const [a, b] = [await recordingServer('https', 'a'), await recordingServer('https', 'b')];
    const first = `https://localhost:${a.url.port}/`;
    const trial = await measureTrial(
      first,
      '--target',
      b.url.origin,
      '--select',
      'round-robin',
      ...flags,
      ...counted(20),
    );
    expect(trial.requests).toMatchObject({ completed: 20, errors: 0 });
    expect([...a.requests]).toEqual([`localhost: GET localhost:${a.url.port}/`]);
    expect([...b.requests]).toEqual([`no name: GET ${b.url.host}/`]);
  });
});
