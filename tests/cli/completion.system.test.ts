import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { whyMissing } from '../requirements.ts';
import { Program } from './program.ts';

const entry = fileURLToPath(new URL('../../dist/scripts/sockbench.js', import.meta.url));

/**
 * Returns what bash offers with the script of `sockbench completion` loaded, for each pair of the words before the cursor
 * and the word at it.
 */
function completions(...lines: readonly [before: string, word: string][]): string[][] {
  const script = `
    sockbench() { "$NODE" "$ENTRY" "$@"; }
    eval "$(sockbench completion)"
    while (($#)); do
      COMP_WORDS=(sockbench $1 "$2")
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _sockbench_yargs_completions
      echo "\${COMPREPLY[@]}"
      shift 2
    done`;
  const env = { ...process.env, SHELL: '/bin/bash', NODE: process.execPath, ENTRY: entry };
  const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...lines.flat()], { env, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout
    .trim()
    .split('\n')
    .map((words) => words.split(' '));
}

test.skipIf(whyMissing('bash'))('bash completes commands and flags', () => {
  expect(completions(['', 'con'], ['', ''], ['connect', '--no'])).toEqual([
    ['connect'],
    expect.arrayContaining(['bench', 'run', 'serve', 'list']),
    ['--no-newline'],
  ]);
});

test('zsh gets its own script', async () => {
  const { code, stdout, stderr } = await new Program(['completion'], { env: { SHELL: '/bin/zsh' } }).end();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^#compdef sockbench\n/);
});
