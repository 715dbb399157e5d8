import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigurationError, TargetError } from '../../bench/model/errors.ts';
import { runInGroup } from './child-group.ts';

/** An earlier commit of the repository that this process runs in, checked out into a temporary directory. */
export interface Baseline {
  /** The counterpart of this process's working directory. It need not be the root of the repository. */
  readonly directory: string;
  /** Full hash of the commit. */
  readonly commit: string;
  /** Whether every tracked file here equals the one in the commit. */
  readonly isHere: boolean;
  /** Removes the checkout. Never rejects. */
  dispose(): Promise<void>;
}

/** Time limit of one build. */
const BUILD_LIMIT_MS = 30 * 60_000;
const LINES = 20;

/**
 * Checks out a commit into a separate work tree (git-worktree(1)) in the system's temporary directory.
 * @param signal cancels the checkout; everything created so far is removed.
 * @throws {ConfigurationError} when the working directory is not in a repository, or the repository lacks the commit.
 */
export async function checkOut(ref: string, signal: AbortSignal): Promise<Baseline> {
  const prefix = await git(signal, 'rev-parse', '--show-prefix');
  const commit = await commitOf(ref, signal);
  const root = mkdtempSync(join(tmpdir(), 'sockbench-baseline-'));
  const tree = join(root, 'tree');
  const dispose = async () => {
    // A tree that git was still creating is locked and incomplete, and `remove` may fail: delete, unlock and prune it.
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
        `baseline-ref: ${ref} has no ${prefix}, the current directory: run it in a directory that exists there`,
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
        `${error.message}: there is no commit ${ref} here; fetch it with git fetch, or in a shallow clone with ` +
          'git fetch --unshallow (in CI: check out with fetch-depth: 0)',
      ],
      { cause: error },
    );
  }
}

/** Reports whether all tracked files equal the commit's. Ignores untracked files, such as results of earlier runs. */
async function isHere(commit: string, signal: AbortSignal): Promise<boolean> {
  return (await runInGroup('git', ['diff', '--quiet', commit, '--'], { signal })).fault === null;
}

/**
 * Runs a shell command that builds in a directory.
 * @param signal cancels the build; all its processes are ended.
 * @throws {TargetError} when the build fails or takes longer than 30 min; contains its last 20 lines of output.
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
