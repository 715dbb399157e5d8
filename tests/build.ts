import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Compiles to dist/. Threads and child processes need JavaScript, so tests of whole programs run dist/. */
export function setup(): void {
  // By path: vitest has no import.meta.resolve, and the package typescript does not export tsc.
  const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  execFileSync(process.execPath, [compiler], { stdio: 'inherit' });
}
