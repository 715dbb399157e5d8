import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { commandLine } from './in-process.ts';
import { Program } from './program.ts';

/** Returns the port that a server reports to listen on. */
async function port(program: Program): Promise<number> {
  return Number((await program.waitForOutput(/ on 127\.0\.0\.1:(\d+)\n/))[1]);
}

test.each(['SIGTERM', 'SIGINT'] as const)('serve answers on a TCP socket, and ends with 0 on %s', async (signal) => {
  const program = new Program(['serve', '--model', 'event-driven']);
  const socket = connect(await port(program), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => {});
  socket.write('hello');
  const [reply] = await once(socket, 'data');
  expect(String(reply)).toBe('hello');
  program.process.kill(signal);
  expect(await program.end()).toMatchObject({ code: 0, stdout: '' });
});

test('serve answers datagrams, and prints how to send some', async () => {
  const program = new Program(['serve', '--model', 'event-driven', '--transport', 'udp']);
  const socket = createSocket('udp4');
  onTestFinished(() => {
    socket.close();
  });
  const server = await port(program);
  await program.waitForOutput(new RegExp(`sockbench connect udp://127\\.0\\.0\\.1:${server} `));
  socket.send('hello', server, '127.0.0.1');
  const [reply] = await once(socket, 'message');
  expect(String(reply)).toBe('hello');
});

test('serve answers over TLS, and prints how to connect', async () => {
  const program = new Program(['serve', '--model', 'async', '--transport', 'tls']);
  const server = await port(program);
  await program.waitForOutput(new RegExp(`sockbench connect tls://127\\.0\\.0\\.1:${server} `));
  const socket = connectTls({ port: server, host: '127.0.0.1', rejectUnauthorized: false });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.write('hello');
  const [reply] = await once(socket, 'data');
  expect(String(reply)).toBe('hello');
});

test('serve sends the greeting of its app', async () => {
  const program = new Program(['serve', '--model', 'event-driven', '--app', 'greeting']);
  const socket = connect(await port(program), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  const [greeting] = await once(socket, 'data');
  expect(String(greeting)).toBe('Hello from server');
});

test('serve applies a balance policy, and refuses one for a model that does not balance', async () => {
  const program = new Program(['serve', '--model', 'balanced', '--balance', 'p2c']);
  const socket = connect(await port(program), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.write('hello');
  const [reply] = await once(socket, 'data');
  expect(String(reply)).toBe('hello');
  const { code, stderr } = await commandLine('serve', '--model', 'async', '--balance', 'p2');
  expect(code).toBe(2);
  expect(stderr).toContain("unknown balance policy 'p2'; did you mean 'p2c'?");
  expect((await commandLine('serve', '--model', 'async', '--balance', 'p2c')).stderr).toContain('no effect on async');
});

test('serve answers datagrams for other machines with --allow-reflection', async () => {
  const flags = ['--transport', 'udp', '--host', '0.0.0.0', '--allow-reflection'];
  await new Program(['serve', '--model', 'event-driven', ...flags]).waitForOutput(/ on 0\.0\.0\.0:\d+\n/);
});

test('serve applies a time-out to an HTTP client', async () => {
  const program = new Program(['serve', '--model', 'epoll', '--app', 'http', '--header-timeout', '50ms']);
  const socket = connect(await port(program), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.write('GET / HT');
  const [reply] = await once(socket, 'data');
  expect(String(reply)).toContain('HTTP/1.1 408 Request Timeout');
});

test('serve ends with 4 and the reason when its port is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    other.close();
  });
  await once(other, 'listening');
  const taken = (other.address() as AddressInfo).port;
  for (const model of ['event-driven', 'iterative']) {
    const { code, stdout, stderr } = await new Program(['serve', '--model', model, '--port', String(taken)]).end();
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain(`127.0.0.1:${taken}`);
    expect(stderr).toContain('EADDRINUSE');
    expect(stderr).not.toContain('    at ');
  }
});
