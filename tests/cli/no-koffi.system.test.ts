import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { EXIT } from '../../bench/model/exit-code.ts';
import { models } from '../../servers/model-catalog.ts';
import { Program } from './program.ts';

/** Starts sockbench such that koffi can't be loaded. */
function start(...args: readonly string[]): Program {
  const blocker = fileURLToPath(new URL('./no-koffi.cjs', import.meta.url));
  return new Program(args, { env: { NODE_OPTIONS: `--require ${blocker}` } });
}

test('without koffi, help is printed', async () => {
  expect((await start('--help').end()).code).toBe(EXIT.ok);
});

test('without koffi, the models that need system calls are listed with the reason', async () => {
  const { stdout } = await start('list', '--json').end();
  const listed = JSON.parse(stdout).models as { name: keyof typeof models; available: boolean; reason?: string }[];
  for (const { name, available, reason } of listed) {
    expect(available, name).toBe(models[name].needs === null);
    if (!available)
      expect(reason).toMatch(/^direct system calls need the package koffi.*Cannot find module 'koffi'\. R/);
  }
});

test('without koffi, a Node-native model serves', async () => {
  const program = start('serve', '--model', 'event-driven', '--port', '0');
  const [, port] = await program.waitForOutput(/on 127\.0\.0\.1:(\d+)/);
  const socket = connect(Number(port), '127.0.0.1');
  const echoed = new Promise((resolve) => socket.once('data', resolve));
  socket.write('hello');
  expect(String(await echoed)).toBe('hello');
  socket.destroy();
  program.process.kill('SIGTERM');
  expect((await program.end()).code).toBe(EXIT.ok);
});

test.each([
  ['run', '--model', 'event-driven'],
  ['serve', '--model', 'iterative'],
])('without koffi, %s %s %s is refused with the reason', async (...args) => {
  const { code, stderr } = await start(...args).end();
  expect(code).toBe(EXIT.usage);
  expect(stderr).toContain('need the package koffi');
});
