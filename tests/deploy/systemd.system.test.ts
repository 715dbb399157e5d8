import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLine } from '../cli/in-process.ts';
import { whyMissing } from '../requirements.ts';

const DIRECTORY = 'deploy/systemd';

test.skipIf(whyMissing('systemd'))('the units are valid: systemd has nothing to say', () => {
  const units = readdirSync(DIRECTORY).map((name) => join(DIRECTORY, name));
  const { stdout, stderr, status } = spawnSync('systemd-analyze', ['verify', ...units], { encoding: 'utf8' });
  expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
});

test.each(readdirSync(DIRECTORY))('the flags of %s exist', async (name) => {
  const unit = readFileSync(join(DIRECTORY, name), 'utf8');
  const [, words = '', variable = ''] = /^ExecStart=\/usr\/bin\/env sockbench (.*) \$(\w+)$/m.exec(unit) ?? [];
  const flags = new RegExp(`^# ${variable}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
  expect(flags).not.toBe('');
  // The example's address is not one of this machine.
  const own = flags.replaceAll('10.0.0.7', '127.0.0.1').split(' ');
  // Nothing listens there: all that is wrong.
  const { stderr } = await commandLine(...words.split(' '), ...own, '--nats', 'nats://127.0.0.1:1');
  expect(stderr).toMatch(/^sockbench: no connection to NATS at nats:\/\/127\.0\.0\.1:1.*\n$/);
});
