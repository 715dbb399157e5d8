import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../servers/until.ts';
import { Program, scratchDirectory } from './program.ts';

/** Shell script that writes the id of its process group to $MARK, then waits for a child that does not end. */
const ENDLESS = 'sleep 1000 & echo $$ > "$MARK.part"; mv "$MARK.part" "$MARK"; wait';

interface Scene {
  /** Working directory of sockbench: a repository with one commit. */
  readonly here: string;
  /** Environment, with its own temporary directory and the file that {@link ENDLESS} writes its pid to. */
  readonly env: NodeJS.ProcessEnv;
}

function scene(): Scene {
  const root = scratchDirectory();
  const [here, temporary, bin] = ['here', 'tmp', 'bin'].map((name) => join(root, name)) as [string, string, string];
  for (const directory of [here, temporary, bin]) mkdirSync(directory);
  const git = (...args: string[]) => execFileSync('git', ['-C', here, ...args], { stdio: 'ignore' });
  git('init');
  git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--allow-empty', '-m', 'first');
  const env = { TMPDIR: temporary, MARK: join(root, 'mark'), PATH: `${bin}:${process.env.PATH}` };
  return { here, env };
}

/** Writes an executable shell script, which takes the place of another program. */
function script(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

const check = ['check', '--baseline-ref', 'HEAD', '--exec', 'true {port}'];

test.each<[string, readonly string[], (scene: Scene) => void]>([
  ['a build', [...check, '--build', ENDLESS], () => undefined],
  ['a build that ignores SIGTERM', [...check, '--build', `trap '' TERM; ${ENDLESS}; sleep 1000`], () => undefined],
  ['a checkout', check, ({ here }) => script(join(here, '.git', 'hooks', 'post-checkout'), ENDLESS)],
  [
    'a build of examples',
    ['bench', '--models', 'async', '--with-examples'],
    ({ env }) => script(join(env.PATH?.split(':')[0] ?? '', 'cc'), `[ "$1" = --version ] && exit\n${ENDLESS}`),
  ],
])('Ctrl-C during %s ends all its processes, and leaves no work tree or temporary file', async (_, args, prepare) => {
  const set = scene();
  prepare(set);
  const program = new Program(args, { cwd: set.here, env: set.env });
  const mark = set.env.MARK ?? '';
  await until('the build to go on', () => existsSync(mark));
  const group = processGroupOf(Number(readFileSync(mark, 'utf8')));
  program.process.kill('SIGINT');
  const { code, stdout, stderr } = await program.end();
  expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: expect.stringContaining('stopping') });
  expect(stderr).not.toContain('bug in sockbench');
  expect(readdirSync(set.env.TMPDIR ?? '')).toEqual([]);
  const trees = execFileSync('git', ['-C', set.here, 'worktree', 'list', '--porcelain'], { encoding: 'utf8' });
  expect(trees.match(/^worktree /gm)).toHaveLength(1);
  await until('its processes to end', () => membersOf(group).length === 0);
});

/** Returns the fields of /proc/PID/stat (proc(5)) from the state on; undefined when the process does not exist. */
function statOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined;
  }
}

function processGroupOf(pid: number): number {
  return Number(statOf(pid)?.[2]);
}

/** Returns the processes of a group that are not zombies. */
function membersOf(group: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => {
    const [state, , pgrp] = statOf(pid) ?? [];
    return state !== 'Z' && Number(pgrp) === group;
  });
}
