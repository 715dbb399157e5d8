import { chmodSync, closeSync, fsyncSync, lstatSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file's content, or creates the file. After an interruption (a full disk, a kill, a crash of the machine)
 * the file has either its complete old content or the complete new one: the new content is written to a temporary file
 * in the same directory, flushed to the disk, and renamed. An existing file keeps its permissions.
 * @throws {Error} of the file system. The temporary file is removed then.
 */
export function replaceFile(file: string, content: string): void {
  const temporary = temporaryOf(file);
  try {
    const present = lstatSync(file, { throwIfNoEntry: false });
    writeFileSync(temporary, content, { flush: true });
    if (present?.isFile()) chmodSync(temporary, present.mode);
    renameSync(temporary, file);
    flushDirectory(dirname(file));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Returns the name of the temporary file. */
export function temporaryOf(file: string): string {
  return `${file}.${process.pid}.tmp`;
}

/** Flushes a directory's entries to the disk: a rename alone may be lost, see fsync(2). */
function flushDirectory(directory: string): void {
  // Windows cannot open directories; it flushes their entries itself.
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
