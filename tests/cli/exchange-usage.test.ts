import { expect, test } from 'vitest';
import { commandLine } from './in-process.ts';

test.each<[string, readonly string[], string]>([
  ['run', ['--model', 'epoll', '--redis-commands', 'PING'], 'model: no built-in server speaks Redis: use --exec'],
  ['run', ['--model', 'epoll', '--send', 'a'], 'send: the end of the reply is unknown: add --expect'],
  ['run', ['--model', 'epoll', '--send', 'a', '--expect', 'b', '--size', '9'], '--size: the script contains all bytes'],
  [
    'run',
    ['--target', 'redis://127.0.0.1:1', '--size', '9'],
    '--size: no command of --redis-commands contains {value}',
  ],
  ['run', ['--target', 'http://127.0.0.1:1/a', '--send', 'a', '--expect', 'b'], 'names another protocol than a script'],
  ['run', ['--model', 'epoll', '-X', 'POST', '--workload', 'upload'], 'workload: '],
  ['run', ['--model', 'epoll', '-H', 'no colon'], "--header: 'no colon' is not a header"],
  ['bench', ['--models', 'epoll', '--send', 'a', '--reply-until', 'b', '--transports', 'udp'], 'reply-until: over udp'],
  ['bench', ['--models', 'epoll', '--keys', '5'], 'model: no built-in server speaks Redis'],
  ['scale', ['--models', 'epoll', '--urls', '/no/such/file'], "--urls: can't read '/no/such/file'"],
  ['capacity', ['--slo', 'p99<5ms', '--models', 'epoll', '--method', 'GE T'], "--method: 'GE T' is not an HTTP method"],
  ['check', ['--a', 'a {port}', '--b', 'b {port}', '--send', 'a'], 'send: the end of the reply is unknown'],
  [
    'check',
    ['--baseline', 'x', '--exec', 'b {port}', '-X', 'POST'],
    'baseline: each run is measured next to a built-in',
  ],
  ['check', ['--a', 'a {port}', '--b', 'b {port}', '--send', 'a', '--any-page'], '--any-page needs --app http'],
])('%s refuses %j', async (command, flags, fault) => {
  const { code, stdout, stderr } = await commandLine(command, ...flags);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(fault);
});

test('a target that is refused is shown without its password', async () => {
  const { code, stderr } = await commandLine('run', '--target', 'redis://me:secret@127.0.0.1:1/x');
  expect(code).toBe(2);
  expect(stderr).toContain("--target: 'redis://…@127.0.0.1:1/x' is not a target");
  expect(stderr).not.toContain('secret');
});
