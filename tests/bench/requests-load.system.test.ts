import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../bench/measure/free-port.ts';
import { scratchDirectory } from '../cli/program.ts';
import { whyMissing } from '../requirements.ts';
import { httpServer } from './http-server.ts';
import { counted, measure, measureTrial, onlyTrial, tcpServer, tlsServer, udpServer } from './measured.ts';

/** Writes a file for the flags. @returns its path. */
function file(content: string): string {
  const path = join(scratchDirectory(), 'requests');
  writeFileSync(path, content);
  return path;
}

describe('HTTP requests', () => {
  test('of several kinds have their own method, headers and body, and results contain no secret', async () => {
    const seen = new Set<string>();
    const url = await httpServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        const { method, url: path, headers } = request;
        seen.add([method, path, headers.authorization, headers.accept, body].join(' '));
        response.writeHead(path === '/gone' ? 404 : 200).end();
      });
    });
    const kinds = ['/gone', 'GET /page 2', '{"path": "/cart", "body": "x=1", "headers": {"Accept": "text/html"}}'];
    const flags = ['--urls', file(kinds.join('\n')), '-H', 'Authorization: secret', '-H', 'Accept: */*'];
    const run = await measure(url, ...flags, '--expect-status', '200,404', ...counted(200), '-c', '2');
    expect([...seen].sort()).toEqual([
      'GET /gone secret */* ',
      'GET /page secret */* ',
      'POST /cart secret text/html x=1',
    ]);
    expect(JSON.stringify(run.result)).not.toContain('secret');
    const trial = onlyTrial(run);
    expect(trial.requests).toMatchObject({ sent: 200, completed: 200, errors: 0 });
    const { 200: found = 0, 404: gone = 0, ...others } = trial.statuses ?? {};
    expect([found + gone, others]).toEqual([200, {}]);
    expect(Math.min(found, gone)).toBeGreaterThan(0);
  });

  test('expect the body of the first reply, and the first other one is an example', async () => {
    let replies = 0;
    const url = await httpServer((_, response) => response.end(++replies > 10 ? 'other' : 'first'));
    const trial = await measureTrial(url, '--expect-body', 'same', '-X', 'POST', ...counted(20), '-c', '1');
    expect(trial.requests.corrupted).toBeGreaterThan(0);
    expect(trial.examples?.corruption?.fault).toContain('the body differs from the expected one');
    expect(trial.examples?.corruption?.example).toContain('\\r\\n\\r\\nother');
    expect(trial.validity).toMatchObject({ verdict: 'invalid' });
  });

  test('with an unexpected status are counted as refused', async () => {
    const url = await httpServer((_, response) => response.end());
    const { requests, statuses } = await measureTrial(url, '--expect-status', '404', ...counted(20), '-c', '1');
    expect(requests).toMatchObject({ sent: 20, completed: 0, errors: 20, refusals: 20 });
    expect(statuses).toEqual({ 200: 20 });
  });
});

describe('a script', () => {
  test.each([
    ['TCP', tcpServer],
    ['TLS', tlsServer],
  ])('logs in on each connection over %s, and repeats its exchanges in turn', async (_, start) => {
    const logins: string[] = [];
    const url = await start((socket) => {
      socket.write('hello\n');
      let expected = 0;
      createInterface(socket).on('line', (line) => {
        const isLogin = expected++ === 0;
        if (isLogin) logins.push(line);
        const isRight = isLogin ? line === 'login secret' : line.startsWith(expected % 2 === 0 ? 'put ' : 'get ');
        socket.write(isRight ? `+${line.slice(4)}\n` : '-wrong\n');
      });
    });
    const script = file(
      [
        '{"login": true, "until": "\\n"}',
        '{"login": true, "send": "login secret\\n", "until": "\\n"}',
        '{"send": "put {random:8}\\n", "expect": "+{random:8}\\n"}',
        '{"send": "get {sequence}\\n", "expect": "+{sequence}\\n"}',
      ].join('\n'),
    );
    const run = await measure(url, '--script', script, ...counted(100), '-c', '3');
    expect(onlyTrial(run).requests).toMatchObject({ sent: 100, completed: 100, errors: 0, corrupted: 0 });
    expect(logins).toEqual(['login secret', 'login secret', 'login secret']);
    expect(JSON.stringify(run.result)).not.toContain('secret');
  });

  test('over UDP takes the next datagram for the reply, and compares all of it', async () => {
    let datagrams = 0;
    const url = await udpServer((datagram, reply) => reply(++datagrams % 10 === 0 ? Buffer.from('x') : datagram));
    const flags = ['--send', 'ask {random:4}', '--expect', 'ask {random:4}', ...counted(100), '-c', '2'];
    const trial = await measureTrial(url, ...flags);
    expect(trial.requests).toMatchObject({ sent: 100, errors: 0 });
    expect(trial.requests.completed).toBeGreaterThan(50);
    expect(trial.requests.corrupted).toBeGreaterThan(0);
    expect(trial.examples?.corruption?.example).toBe('x');
  });
});

describe.skipIf(whyMissing('redis'))('Redis', () => {
  /** Starts a Redis server that wants a password; ends with the test. @returns its port, and the path of its socket. */
  async function redisServer(password: string): Promise<{ readonly port: number; readonly path: string }> {
    const port = await freePort('tcp');
    const path = join(scratchDirectory(), 'redis.sock');
    const flags = ['--port', `${port}`, '--unixsocket', path, '--save', '', '--requirepass', password];
    const server = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => server.once('exit', resolve));
    onTestFinished(async () => {
      server.kill('SIGKILL');
      await ended;
    });
    for await (const line of createInterface(server.stdout)) if (/ready to accept/i.test(line)) break;
    server.stdout.resume();
    return { port, path };
  }

  test.each(['2', '3'])('gets commands after AUTH and SELECT, in RESP%s', async (resp) => {
    const { port } = await redisServer('p@ss');
    const commands = ['--redis-commands', 'SET {key} {value}:0.5,GET {key}:0.5', '--keys', '10', '--resp', resp];
    const run = await measure(`redis://:p%40ss@127.0.0.1:${port}/3`, ...commands, ...counted(200), '-c', '2');
    const trial = onlyTrial(run);
    expect(trial).toMatchObject({ target: `redis://127.0.0.1:${port}/3`, requests: { sent: 200, completed: 200 } });
    expect(JSON.stringify(run.result)).not.toMatch(/p@ss|p%40ss/);
  });

  test('counts error replies, and the first is an example', async () => {
    const { port } = await redisServer('secret');
    const trial = await measureTrial(
      ...[`redis://:secret@127.0.0.1:${port}`, '--redis-commands', 'NOPE:0.5,PING:0.5', ...counted(100), '-c', '2'],
    );
    const { completed, errors, refusals } = trial.requests;
    expect([completed + errors, refusals]).toEqual([100, errors]);
    expect(errors).toBeGreaterThan(0);
    expect(trial.examples?.refusal).toContain("ERR unknown command 'NOPE'");
  });

  test('is reached over a Unix-domain socket, too', async () => {
    const { path } = await redisServer('secret');
    const url = `redis+unix://:secret@${encodeURIComponent(path)}/1`;
    const { requests } = await measureTrial(url, '--redis-commands', 'SET {key} {value}', ...counted(100), '-c', '2');
    expect(requests).toMatchObject({ sent: 100, completed: 100 });
  });
});
