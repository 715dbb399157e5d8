import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { killChild } from '../../servers/spawning/kill-child.ts';
import { whyMissing } from '../requirements.ts';

const modulePath = new URL('../../dist/servers/spawning/kill-child.js', import.meta.url).href;

/** A process that can open no file, starts a child, and kills it; then it reports that it is still alive. */
const shortOfFiles = `
const { execFileSync, spawn } = await import('node:child_process');
const { readdirSync } = await import('node:fs');
const { killChild } = await import('${modulePath}');
const files = readdirSync('/proc/self/fd').length;
execFileSync('prlimit', ['--pid=' + process.pid, '--nofile=' + (files + 4)]);
const child = spawn('true', [], { stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'] });
child.on('error', ({ code }) => console.log(code, 'still alive'));
killChild(child, 'SIGKILL');
`;

test.skipIf(whyMissing('prlimit'))('to kill a child that could not be started signals no other process', async () => {
  // In a process group of its own: without the guard, this process would be killed with it.
  const program = spawn(process.execPath, ['--input-type=module', '-e', shortOfFiles], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  program.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const [code] = await once(program, 'close');
  expect({ code, output }).toEqual({ code: 0, output: 'EMFILE still alive\n' });
});

test('kills a child that runs', async () => {
  const child = spawn('sleep', ['1000']);
  onTestFinished(() => void child.kill('SIGKILL'));
  killChild(child, 'SIGTERM');
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  expect(() => execFileSync('kill', ['-0', String(child.pid)], { stdio: 'ignore' })).toThrow();
});
