import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The files of a project, as far as they tell how its server is built and started. */
export interface Folder {
  has(path: string): boolean;
  /** Returns the content of a file; undefined when there is none, or it is no source text. */
  text(path: string): string | undefined;
}

/** Longest source file that is read, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** Returns a folder on the disk. */
export function folderAt(directory: string): Folder {
  return {
    has: (path) => existsSync(join(directory, path)),
    text(path) {
      const stat = statSync(join(directory, path), { throwIfNoEntry: false });
      return stat?.isFile() && stat.size <= MAX_BYTES ? readFileSync(join(directory, path), 'utf8') : undefined;
    },
  };
}

/** Returns the first of some files that a folder has. */
export function firstOf(folder: Folder, paths: readonly string[]): string | undefined {
  return paths.find((path) => folder.text(path) !== undefined);
}
