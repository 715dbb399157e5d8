import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const preload = fileURLToPath(new URL('./signal-after-spawn.cjs', import.meta.url));
const program = fileURLToPath(new URL('../../dist/bench/run/foreign-command-main.js', import.meta.url));

test('a command is ended by a signal that comes as soon as it has started', async () => {
  // It holds stderr open, so that `close` comes when it has ended, too.
  const spec = JSON.stringify({ command: 'exec sleep 20' });
  const supervisor = spawn(process.execPath, ['--require', preload, program, spec], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  supervisor.stderr?.resume();
  const [, signal] = await once(supervisor, 'close');
  expect(signal).toBeNull();
});
