import { spawn } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AutocannonLoad } from '../../../bench/run/second-opinion/autocannon-load.ts';
import { AutocannonError, AutocannonProcess } from '../../../bench/run/second-opinion/autocannon-process.ts';
import { askAutocannon } from '../../../bench/run/second-opinion.ts';
import { isRunning, processTree } from '../../servers/process-tree.ts';
import { soon, until } from '../../servers/until.ts';
import { httpServer } from '../http-server.ts';

const HOUR_MS = 3_600_000;

/** Returns a load on a server at a URL, for as long as the test needs it. */
function loadOn(url: string, variation: Partial<AutocannonLoad> = {}): AutocannonLoad {
  const { host, port } = new URL(url);
  return {
    ...{ address: { host: '127.0.0.1', port: Number(port) }, secure: url.startsWith('https'), host },
    ...{ request: { path: '/' }, connections: 2, pipelining: 1, timeoutMs: 2000, warmupMs: 0, durationMs: HOUR_MS },
    ...variation,
  };
}

/** Starts autocannon, which ends with the test. */
function start(load: AutocannonLoad) {
  const autocannon = new AutocannonProcess(load, []);
  onTestFinished(() => autocannon.stop());
  const [started] = processTree(autocannon.pid ?? 0);
  if (started === undefined) throw new Error('autocannon was not started');
  return { autocannon, started };
}

/** Starts a server, and returns its URL and a promise of its first request. */
async function server() {
  let answered = () => {};
  const first = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const url = await httpServer((_, response) => {
    answered();
    response.end('page');
  });
  return { url, first };
}

describe("autocannon's process", () => {
  test('sends the request with its method, headers and body, and counts the replies', async () => {
    const requests = new Set<string>();
    const url = await httpServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        requests.add(`${request.method} ${request.url} ${request.headers['x-load']} ${body}`);
        response.writeHead(201).end();
      });
    });
    const request = { method: 'POST', path: '/a?b', headers: [['X-Load', 'yes']] as const, body: Buffer.from('text') };
    const { autocannon, started } = start(loadOn(url, { request, durationMs: 1000 }));
    const { requests: counts, statuses, latencyMicros } = await autocannon.opinion;
    expect([...requests]).toEqual(['POST /a?b yes text']);
    expect(counts).toMatchObject({ timedOut: 0, errors: 0 });
    expect(counts.completed).toBeGreaterThan(0);
    expect(statuses).toEqual({ 201: counts.completed });
    expect(latencyMicros.response.count).toBe(counts.completed);
    await autocannon.stop();
    expect(isRunning(started)).toBe(false);
  });

  test('measures over TLS', async () => {
    const url = await httpServer((_, response) => response.end('page'), 'https');
    const { autocannon } = start(loadOn(url, { durationMs: 1000, warmupMs: 100 }));
    const { requests } = await autocannon.opinion;
    expect(requests).toMatchObject({ timedOut: 0, errors: 0 });
    expect(requests.completed).toBeGreaterThan(0);
  });

  test('that is killed is an error that contains how it ended', async () => {
    const { url, first } = await server();
    const { autocannon, started } = start(loadOn(url));
    await soon('the load', first);
    process.kill(started.pid, 'SIGKILL');
    await expect(autocannon.opinion).rejects.toThrow('autocannon was killed by SIGKILL');
  });

  test('that fails is an error that contains its last lines', async () => {
    const { url } = await server();
    const { autocannon } = start(loadOn(url, { request: { method: 'BREW', path: '/' } }));
    const error = await autocannon.opinion.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AutocannonError);
    const { message, stderr } = error as AutocannonError;
    expect(message).toBe('autocannon exited with code 1');
    expect(stderr.join('\n')).toContain('BREW HTTP method is not supported');
  });

  test('ends when it is stopped during its load', async () => {
    const { url, first } = await server();
    const { autocannon, started } = start(loadOn(url));
    await soon('the load', first);
    await autocannon.stop();
    expect(isRunning(started)).toBe(false);
  });

  test('ends when the program that started it is killed', async () => {
    const { url, first } = await server();
    const built = new URL('../../../dist/bench/run/second-opinion/autocannon-process.js', import.meta.url);
    const code = `import { AutocannonProcess } from '${built}'; new AutocannonProcess(${JSON.stringify(loadOn(url))}, []);`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'inherit' });
    onTestFinished(() => void parent.kill('SIGKILL'));
    await soon('the load', first);
    const [autocannon, ...others] = processTree(parent.pid ?? 0).slice(1);
    expect(others).toEqual([]);
    parent.kill('SIGKILL');
    await until('autocannon to end', () => autocannon !== undefined && !isRunning(autocannon));
  });
});

describe('asking autocannon', () => {
  test('stores its failure', async () => {
    const { url } = await server();
    const opinion = await askAutocannon(
      loadOn(url, { request: { method: 'BREW', path: '/' } }),
      [],
      new Promise<never>(() => {}),
    );
    expect(opinion).toMatchObject({
      secondOpinionFailure: { engine: 'autocannon', message: 'autocannon exited with code 1' },
    });
  });

  test('ends when the server has ended', async () => {
    const { url, first } = await server();
    const died = first.then((): never => {
      throw new Error('the server ended');
    });
    await expect(askAutocannon(loadOn(url), [], died)).rejects.toThrow('the server ended');
  });
});
