import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Writes a file of options into a new directory, which is removed when the test ends. @returns its path. */
export function configFile(text: string, name = 'sockbench.config.yaml'): string {
  const directory = mkdtempSync(join(tmpdir(), 'sockbench-config-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}
