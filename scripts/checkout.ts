import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigurationError, TargetError } from '../bench/model/errors.ts';
import { runInGroup } from './child-group.ts';

/** An earlier state of the repository that this process runs in, checked out beside it. */
export interface Baseline {
  /** The directory there that this process runs in here, which need not be the root. */
  readonly directory: string;
  /** Its commit, in full. */
  readonly commit: string;
  /** Is what is here the same, in every tracked file? */
  readonly isHere: boolean;
  /** Removes it. Never rejects. */
  dispose(): Promise<void>;
}

/** How long one build may take. */
const BUILD_LIMIT_MS = 30 * 60_000;
const LINES = 20;

/**
 * Checks out a commit in a work tree of its own (git-worktree(1)), in the temporary directory.
 * @param signal aborts: nothing stays of it.
 * @throws {ConfigurationError} when this is no repository, or has no such commit.
 */
export async function checkOut(ref: string, signal: AbortSignal): Promise<Baseline> {
  const prefix = await git(signal, 'rev-parse', '--show-prefix');
  const commit = await commitOf(ref, signal);
  const root = mkdtempSync(join(tmpdir(), 'sockbench-baseline-'));
  const tree = join(root, 'tree');
  const dispose = async () => {
    // Also one that was being made, which is locked and not whole: then only forgetting it is left to do.
    await runInGroup('git', ['worktree', 'remove', '--force', '--force', tree]);
    rmSync(root, { recursive: true, force: true });
    await runInGroup('git', ['worktree', 'unlock', tree]);
    await runInGroup('git', ['worktree', 'prune']);
  };
  try {
    await git(signal, 'worktree', 'add', '--detach', tree, commit);
    const directory = resolve(tree, prefix);
    if (!existsSync(directory)) {
      throw new ConfigurationError([
        `baseline-ref: ${ref} has no ${prefix}, where this runs: run it in a directory that there was then`,
      ]);
    }
    return { directory, commit, isHere: await isHere(commit, signal), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function commitOf(ref: string, signal: AbortSignal): Promise<string> {
  try {
    return await git(signal, 'rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`);
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
async function isHere(commit: string, signal: AbortSignal): Promise<boolean> {
  return (await runInGroup('git', ['diff', '--quiet', commit, '--'], { signal })).fault === null;
}

/**
 * Builds in a directory, by a shell command.
 * @param signal aborts: all processes of the build are ended.
 * @throws {TargetError} when that fails: with its last words.
 */
export async function build(command: string, directory: string, signal: AbortSignal): Promise<void> {
  const options = { directory, limitMs: BUILD_LIMIT_MS, signal };
  const { fault, stdout, stderr } = await runInGroup('/bin/sh', ['-c', command], options);
  if (fault === null) return;
  const lines = `${stdout}${stderr}`.trimEnd().split('\n').slice(-LINES);
  throw new TargetError(`the build '${command}' in ${directory} ${fault}`, lines);
}

async function git(signal: AbortSignal, ...args: readonly string[]): Promise<string> {
  const { fault, stdout, stderr } = await runInGroup('git', args, { signal });
  if (fault === null) return stdout.trim();
  throw new ConfigurationError([`baseline-ref: git ${args[0]}: ${stderr.trim() || fault}`]);
}
