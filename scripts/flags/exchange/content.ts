import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseScriptText } from '../../../bench/load/protocols/script/exchange.ts';
import type { Content } from '../../../bench/model/exchange.ts';

/** Longest content: results contain it with every trial. */
const MAX_BYTES = 1024 * 1024;

/**
 * Returns a text as it is, or with `@FILE` the contents of that file.
 * @param directory where relative names of files begin. Default: the current one.
 * @throws {RangeError} when the file can't be read, or the content is too long.
 */
export function readContent(written: string, directory?: string): Content {
  if (!written.startsWith('@')) return checked({ text: written }, written.length);
  const bytes = bytesOfFile(written, directory);
  return isUtf8(bytes) ? { text: bytes.toString() } : { base64: bytes.toString('base64') };
}

/**
 * Returns a text with escapes and placeholders as it is written, or with `@FILE` the contents of that file, whose bytes
 * mean themselves.
 * @throws {RangeError} as {@link readContent}, and when an escape or a placeholder is invalid.
 */
export function readScriptContent(written: string, directory?: string): Content {
  if (written.startsWith('@')) return { base64: bytesOfFile(written, directory).toString('base64') };
  parseScriptText(written);
  return checked({ text: written }, written.length);
}

/** Returns the text of a file of lines. @throws {RangeError} when it can't be read. */
export function readTextFile(file: string): string {
  return read(file).toString();
}

function bytesOfFile(written: string, directory = '.'): Buffer {
  const bytes = read(resolve(directory, written.slice(1)), written.slice(1));
  checked(bytes, bytes.length);
  return bytes;
}

function checked<T>(content: T, length: number): T {
  if (length <= MAX_BYTES) return content;
  throw new RangeError(`${length} bytes are more than ${MAX_BYTES}, the most that a request may contain`);
}

/** @param called its name as the user wrote it. */
function read(file: string, called = file): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'ENOENT' ? 'there is no such file' : code;
    throw new RangeError(`can't read '${called}': ${why}`, { cause: error });
  }
}
