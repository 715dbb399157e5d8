import { expect, test } from 'vitest';
import { commandLine } from './in-process.ts';

test('serve refuses TLS with a model without Node streams', async () => {
  const { code, stderr } = await commandLine('serve', '--model', 'iterative', '--transport', 'tls');
  expect(code).toBe(2);
  expect(stderr).toContain("TLS needs Node's own streams");
});

test('serve refuses an app over a transport that it does not support', async () => {
  const { code, stderr } = await commandLine('serve', '--model', 'async', '--app', 'greeting', '--transport', 'udp');
  expect(code).toBe(2);
  expect(stderr).toContain('greeting is not available over udp');
});

test('serve reports all invalid flags at once', async () => {
  const { code, stderr } = await commandLine(
    'serve',
    '--port',
    '70000',
    '--transport',
    'sctp',
    '--host',
    'no-such-host.invalid',
  );
  expect(code).toBe(2);
  expect(stderr).toContain('--model is missing');
  expect(stderr).toContain("unknown transport 'sctp'");
  expect(stderr).toContain("'70000' is not a port");
  expect(stderr).toContain("host 'no-such-host.invalid' is not known");
});

test.each([
  ['discard', 'discard answers no requests'],
  ['websocket', 'a library handles the requests of websocket'],
])('serve refuses work for the requests of %s', async (app, why) => {
  const { code, stderr } = await commandLine('serve', '--model', 'async', '--app', app, '--work', 'cpu:1ms');
  expect(code).toBe(2);
  expect(stderr).toContain(`--work: ${why}`);
});

test.each(['echo', 'chargen', 'ack'])('serve refuses to answer datagrams with %s for other machines', async (app) => {
  const udp = ['serve', '--model', 'async', '--app', app, '--transport', 'udp'];
  for (const host of ['0.0.0.0', '::']) {
    const { code, stdout, stderr } = await commandLine(...udp, '--host', host);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('with a forged sender it floods others');
    expect(stderr).toContain('add --allow-reflection');
  }
});

test('serve refuses HTTP time-outs for another app', async () => {
  const limits = ['--idle-timeout', '2', '--header-timeout', '1s', '--request-timeout', 'soon'];
  const { code, stderr } = await commandLine('serve', '--model', 'async', ...limits);
  expect(code).toBe(2);
  expect(stderr).toContain('--idle-timeout has no effect on echo: leave it out');
  expect(stderr).toContain('--header-timeout has no effect on echo');
  expect(stderr).toContain("--request-timeout: 'soon' is not a duration");
});
