import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { whyMissing } from '../requirements.ts';

const DIRECTORY = 'deploy/systemd';

test.skipIf(whyMissing('systemd'))('the units are valid: systemd has nothing to say', () => {
  const units = readdirSync(DIRECTORY).map((name) => join(DIRECTORY, name));
  const { stdout, stderr, status } = spawnSync('systemd-analyze', ['verify', ...units], { encoding: 'utf8' });
  expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
});
