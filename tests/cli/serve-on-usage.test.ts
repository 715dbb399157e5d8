import { expect, test } from 'vitest';
import { commandLine } from './in-process.ts';

const NATS = ['--nats', 'nats://127.0.0.1:1'];

test.each([
  [
    'a command line',
    ['run', '--exec', './web {port}', '--serve-on', 'host', ...NATS],
    /commands are not sent to other machines/,
  ],
  [
    'a server that runs',
    ['run', '--target', 'tcp://127.0.0.1:7', '--serve-on', 'host', ...NATS],
    /the target runs already/,
  ],
  [
    'a path',
    ['run', '--model', 'epoll', '--transport', 'unix', '--serve-on', 'host', ...NATS],
    /reaches a Unix-domain socket/,
  ],
  [
    'CPUs',
    ['run', '--model', 'epoll', '--server-cpus', '0', '--serve-on', 'host', ...NATS],
    /those of another machine/,
  ],
  [
    'an address',
    ['run', '--model', 'epoll', '--agents', '1', '--listen-on', '127.0.0.1', '--serve-on', 'h', ...NATS],
    /--listen-on has no effect/,
  ],
  [
    'a command, for a check',
    ['check', '-a', './web {port}', '-b', 'web', '--serve-on', 'host', ...NATS],
    /-a: with --serve-on, give the name/,
  ],
  [
    'a commit',
    ['check', '--baseline-ref', 'main', '--exec', 'x {port}', '--serve-on', 'host', ...NATS],
    /--baseline-ref can't be combined/,
  ],
])('--serve-on sends no %s', async (_, words, fault) => {
  const { code, stderr } = await commandLine(...words);
  expect(code).toBe(2);
  expect(stderr).toMatch(fault);
});

test('a name of a command needs the machine that knows it', async () => {
  const { stderr } = await commandLine('run', '--serve-command', 'web');
  expect(stderr).toMatch(/serve-command: it names a command of another machine: add --serve-on/);
});

test('an agent that serves makes no load, and lists commands with a name and a port', async () => {
  const served = [
    '--serve',
    '--serve-command',
    'web',
    '--serve-command',
    'a=x {port}',
    '--serve-command',
    'a=y {port}',
  ];
  const { code, stderr } = await commandLine('agent', ...NATS, ...served, '--allow-target', '10.0.0.7');
  expect(code).toBe(2);
  expect(stderr).toMatch(/'web' is no command with a name and a port/);
  expect(stderr).toMatch(/two commands are called a/);
  expect(stderr).toMatch(/--allow-target has no effect with --serve/);
  const loading = await commandLine('agent', ...NATS, '--serve-command', 'web=x {port}');
  expect(loading.stderr).toMatch(/--serve-command has no effect without --serve/);
});
