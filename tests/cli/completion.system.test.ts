import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { whyMissing } from '../requirements.ts';
import { Program } from './program.ts';

const entry = fileURLToPath(new URL('../../dist/scripts/sockbench.js', import.meta.url));

/** Returns the words that bash offers after these, with the script of `sockbench completion` loaded. */
function completions(...words: readonly string[]): string[] {
  const script = `
    sockbench() { "$NODE" "$ENTRY" "$@"; }
    eval "$(sockbench completion)"
    COMP_WORDS=(sockbench "$@")
    COMP_CWORD=$#
    _sockbench_yargs_completions
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, SHELL: '/bin/bash', NODE: process.execPath, ENTRY: entry };
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...words], { env, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

test.skipIf(whyMissing('bash'))('bash completes commands and flags', () => {
  expect(completions('con')).toEqual(['connect']);
  expect(completions('')).toEqual(expect.arrayContaining(['bench', 'run', 'serve', 'list']));
  expect(completions('connect', '--no')).toEqual(['--no-newline']);
});

test('zsh gets its own script', async () => {
  const { code, stdout, stderr } = await new Program(['completion'], { env: { SHELL: '/bin/zsh' } }).end();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^#compdef sockbench\n/);
});
