import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkResultSchema } from '../../bench/model/check-result.ts';
import { brief } from './brief-check.ts';
import { Program, scratchDirectory } from './program.ts';

describe('a check against a commit', () => {
  const build = 'mkdir -p built && cp src/server.mjs built/';
  const exec = 'exec node built/server.mjs {port} $(cat way)';

  /** Creates a repository with the server in a subdirectory, and one that does not work in its root. */
  function repository() {
    const root = scratchDirectory();
    const directory = join(root, 'services/api');
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], { cwd: root });
    for (const each of [root, directory]) {
      mkdirSync(join(each, 'src'), { recursive: true });
      writeFileSync(join(each, 'way'), 'echo');
    }
    copyFileSync('tests/bench/foreign-server.mjs', join(directory, 'src/server.mjs'));
    writeFileSync(join(root, 'src/server.mjs'), "throw new Error('this is the root');");
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-q', '-m', 'fast');
    return { root, directory, git };
  }

  /** Runs a check that tests preparation and clean-up only: the default budget ends before anything is measured. */
  async function checkIn(cwd: string, ref: string, budget = '1ms') {
    const TMPDIR = scratchDirectory();
    const ended = await new Program(
      ['check', '--baseline-ref', ref, '--build', build, '--exec', exec, ...brief, '--budget', budget, '--json', '-'],
      { cwd, env: { TMPDIR } },
    ).end();
    expect(readdirSync(TMPDIR)).toEqual([]);
    return ended;
  }

  test('builds both versions in place, and removes its work tree', async () => {
    const { directory, git } = repository();
    writeFileSync(join(directory, 'way'), 'slow');
    const { code, stdout, stderr } = await checkIn(directory, 'main');
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/building in .*\/tree\/services\/api\n/);
    const { plan, warnings } = checkResultSchema.parse(JSON.parse(stdout));
    expect(plan.a).toMatch(/^main \([0-9a-f]{9}\)$/);
    expect(warnings.map(({ code }) => code)).not.toContain('same-sources');
    expect(existsSync(join(directory, 'built/server.mjs'))).toBe(true);
    expect(git('worktree', 'list').toString().trim().split('\n')).toHaveLength(1);
  });

  test('runs A in the corresponding directory of the commit', async () => {
    const { directory } = repository();
    // The budget suffices for one session to begin.
    const { code, stderr } = await checkIn(directory, 'main', '100ms');
    expect(code, stderr).toBe(3);
  });

  test('warns that A and B are the same if the commit is checked out and unchanged', async () => {
    const { directory } = repository();
    const { stdout, stderr } = await checkIn(directory, 'HEAD');
    expect(stderr).toContain('A and B are the same: HEAD is checked out here');
    const { warnings } = checkResultSchema.parse(JSON.parse(stdout));
    expect(warnings.map(({ code }) => code)).toContain('same-sources');
  });

  test('without the current directory in it is refused with 2', async () => {
    const { root } = repository();
    mkdirSync(join(root, 'new'));
    const { code, stderr } = await checkIn(join(root, 'new'), 'main');
    expect(code).toBe(2);
    expect(stderr).toContain('baseline-ref: main has no new/');
  });

  test('that a shallow clone lacks is refused with 2 and a hint', async () => {
    const { root, git } = repository();
    git('commit', '-q', '--allow-empty', '-m', 'second');
    const clone = join(scratchDirectory(), 'clone');
    execFileSync('git', ['clone', '-q', '--depth', '1', `file://${root}`, clone]);
    const { code, stderr } = await checkIn(clone, 'HEAD^');
    expect(code).toBe(2);
    expect(stderr).toMatch(/baseline-ref: git rev-parse: .*git fetch.*fetch-depth: 0/);
  });
});
