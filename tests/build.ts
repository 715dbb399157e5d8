import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Threads and child processes need JavaScript at run time, so tests of whole programs run what is in dist/. */
export function setup(): void {
  // By path: vitest has no import.meta.resolve, and typescript's package doesn't export its compiler's program.
  const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  execFileSync(process.execPath, [compiler], { stdio: 'inherit' });
}
