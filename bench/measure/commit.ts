import { execFileSync } from 'node:child_process';

/** A repository on a slow disk must not delay a measurement for long. */
const LIMIT_MS = 2000;

/**
 * Returns the commit that is checked out in a directory: `1a2b3c4d5e`, or `1a2b3c4d5e-dirty` when tracked files differ
 * from it. Undefined without git or a repository.
 */
export function commitOf(directory: string): string | undefined {
  const words = ['-C', directory, 'describe', '--always', '--dirty', '--exclude=*', '--abbrev=10'];
  try {
    const described = execFileSync('git', words, { encoding: 'utf8', stdio: 'pipe', timeout: LIMIT_MS }).trim();
    return /^[0-9a-f]+(-dirty)?$/.test(described) ? described : undefined;
  } catch {
    return undefined;
  }
}
