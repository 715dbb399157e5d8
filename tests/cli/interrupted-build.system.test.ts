import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../servers/until.ts';
import { Program, scratchDirectory } from './program.ts';

/** Tells the pid of its process group, and goes on for ever, as does a child of it. */
const ENDLESS = 'sleep 1000 & echo $$ > "$MARK.part"; mv "$MARK.part" "$MARK"; wait';

interface Scene {
  /** Where sockbench runs: a repository with one commit. */
  readonly here: string;
  /** The environment: a temporary directory of its own, and where {@link ENDLESS} tells its pid. */
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

/** A program in place of another one. */
function script(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

const check = ['check', '--baseline-ref', 'HEAD', '--exec', 'true {port}'];

test.each<[string, readonly string[], (scene: Scene) => void]>([
  ['a build', [...check, '--build', ENDLESS], () => undefined],
  [
    'a build that does not mind SIGTERM',
    [...check, '--build', `trap '' TERM; ${ENDLESS}; sleep 1000`],
    () => undefined,
  ],
  ['a checkout', check, ({ here }) => script(join(here, '.git', 'hooks', 'post-checkout'), ENDLESS)],
  [
    'the building of examples',
    ['bench', '--models', 'async', '--with-examples'],
    ({ env }) => script(join(env.PATH?.split(':')[0] ?? '', 'cc'), `[ "$1" = --version ] && exit\n${ENDLESS}`),
  ],
])(
  'Ctrl-C during %s ends all its processes, and leaves no work tree and no temporary file',
  async (_, args, prepare) => {
    const set = scene();
    prepare(set);
    const program = new Program(args, { cwd: set.here, env: set.env });
    const mark = set.env.MARK ?? '';
    await until('the build to go on', () => existsSync(mark));
    const group = processGroupOf(Number(readFileSync(mark, 'utf8')));
    program.process.kill('SIGINT');
    const { code, stdout, stderr } = await program.end();
    expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: expect.stringContaining('stopping') });
    expect(stderr).not.toContain('fault of sockbench');
    expect(readdirSync(set.env.TMPDIR ?? '')).toEqual([]);
    const trees = execFileSync('git', ['-C', set.here, 'worktree', 'list', '--porcelain'], { encoding: 'utf8' });
    expect(trees.match(/^worktree /gm)).toHaveLength(1);
    await until('its processes to end', () => membersOf(group).length === 0);
  },
);

/** proc(5): the fields of a process after its name, from its state on; undefined when it is gone. */
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

/** Living processes of a group. */
function membersOf(group: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => {
    const [state, , pgrp] = statOf(pid) ?? [];
    return state !== 'Z' && Number(pgrp) === group;
  });
}
