import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Compiles to dist/. Threads and child processes need JavaScript, so tests of whole programs run dist/. Once for all
 * projects, and not in CI, where `npm run check` has compiled.
 */
export function setup(): void {
  if (process.env.SOCKBENCH_BUILT !== undefined) return;
  // By path: vitest has no import.meta.resolve, and the package typescript does not export tsc.
  const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  execFileSync(process.execPath, [compiler, '--noCheck'], { stdio: 'inherit' });
  process.env.SOCKBENCH_BUILT = 'yes';
}
