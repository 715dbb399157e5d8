import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { Program, scratchDirectory } from './program.ts';

const fixture = 'tests/golden/bench.json';

test('report without a file or an earlier run gives advice', async () => {
  const { code, stdout, stderr } = await new Program(['report'], { cwd: scratchDirectory() }).end();
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('results/latest: there is no such file; measure first with `sockbench bench`');
});

test('report ends without an error when its reader closes the pipe', async () => {
  const shell = spawn('sh', [
    '-c',
    `"${process.execPath}" dist/scripts/sockbench.js report --format json ${fixture} | head -n 1`,
  ]);
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await once(shell, 'close');
  expect(output).toBe('{\n');
});
