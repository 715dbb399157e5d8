import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigurationError, TargetError } from '../bench/model/errors.ts';

/** An earlier state of the repository that this process runs in, checked out beside it. */
export interface Baseline {
  /** The directory there that this process runs in here, which need not be the root. */
  readonly directory: string;
  /** Its commit, in full. */
  readonly commit: string;
  /** Is what is here the same, in every tracked file? */
  readonly isHere: boolean;
  /** Removes it. Never throws. */
  dispose(): void;
}

/** How long one build may take. */
const BUILD_LIMIT_MS = 30 * 60_000;
const LINES = 20;

/**
 * Checks out a commit in a work tree of its own (git-worktree(1)), in the temporary directory.
 * @throws {ConfigurationError} when this is no repository, or has no such commit.
 */
export function checkOut(ref: string): Baseline {
  const prefix = git('rev-parse', '--show-prefix');
  const commit = commitOf(ref);
  const root = mkdtempSync(join(tmpdir(), 'sockbench-baseline-'));
  const tree = join(root, 'tree');
  const dispose = () => {
    spawnSync('git', ['worktree', 'remove', '--force', tree], { stdio: 'ignore' });
    rmSync(root, { recursive: true, force: true });
  };
  try {
    git('worktree', 'add', '--detach', tree, commit);
    const directory = resolve(tree, prefix);
    if (!existsSync(directory)) {
      throw new ConfigurationError([
        `baseline-ref: ${ref} has no ${prefix}, where this runs: run it in a directory that there was then`,
      ]);
    }
    return { directory, commit, isHere: isHere(commit), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function commitOf(ref: string): string {
  try {
    return git('rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(
      [
        `${error.message}: there is no commit ${ref} here; fetch it with git fetch, a shallow clone's with ` +
          'git fetch --unshallow (in CI: check out with fetch-depth: 0)',
      ],
      { cause: error },
    );
  }
}

/** Untracked files do not count: results of the last check are among them. */
function isHere(commit: string): boolean {
  return spawnSync('git', ['diff', '--quiet', commit, '--'], { stdio: 'ignore' }).status === 0;
}

/**
 * Builds in a directory, by a shell command.
 * @throws {TargetError} when that fails: with its last words.
 */
export function build(command: string, directory: string): void {
  const { status, signal, stdout, stderr, error } = spawnSync('/bin/sh', ['-c', command], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: BUILD_LIMIT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return;
  const how = error?.message ?? (signal === null ? `exited with code ${status}` : `was killed by ${signal}`);
  const lines = `${stdout}${stderr}`.trimEnd().split('\n').slice(-LINES);
  throw new TargetError(`the build '${command}' in ${directory} ${how}`, lines);
}

function git(...args: readonly string[]): string {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new ConfigurationError([`baseline-ref: git ${args[0]}: ${said}`], { cause: error });
  }
}
